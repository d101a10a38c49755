// SPDX-License-Identifier: Apache-2.0
// What is unpacked packs into the same bytes, and prints.
#include "base/error.h"
#include "stream/nvlist.h"
#include "stream/nvlist_print.h"

namespace {

using namespace sealift;

/// XDR of single bytes is read in two forms and written in one, so compare the second round.
void round_trip(ByteView input) {
  const stream::UnpackedNvlist unpacked = stream::decode_nvlist(input);
  const Bytes packed = stream::encode_nvlist(unpacked.list, unpacked.packing);
  SEALIFT_ASSERT(packed.size() == unpacked.packed_size);
  const stream::UnpackedNvlist again = stream::decode_nvlist(packed);
  SEALIFT_ASSERT(again.list == unpacked.list);
  SEALIFT_ASSERT(again.packing == unpacked.packing);
  stream::print_nvlist(unpacked.list);
  stream::nvlist_to_json(unpacked.list);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    round_trip({data, size});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBug) throw;
  }
  return 0;
}
