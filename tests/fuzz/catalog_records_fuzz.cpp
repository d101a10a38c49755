// SPDX-License-Identifier: Apache-2.0
// The catalog's records, as a damaged vault may give them: what decodes, encodes and decodes again
// to the same.
#include "base/error.h"
#include "catalog/dead_bytes.h"
#include "catalog/name.h"
#include "catalog/record_codec.h"

namespace {

using namespace sealift;
using namespace sealift::catalog;

template <class Decode>
void round_trip(std::string_view bytes, Decode decode) {
  const auto record = decode(bytes);
  SEALIFT_ASSERT(decode(encode(record)) == record);
}

void check_name(std::string_view text) {
  const Name name = parse_name(text);
  SEALIFT_ASSERT(name.full() == text);
  SEALIFT_ASSERT(parse_name(name.full()) == name);
}

void try_one(std::uint8_t kind, std::string_view bytes) {
  switch (kind) {
    case 'A':
      return round_trip(bytes, decode_header);
    case 'B':
      return round_trip(bytes, decode_bookmark);
    case 'D':
      return round_trip(bytes, decode_dataset);
    case 'H':
      return round_trip(bytes, decode_hold);
    case 'P':
      return round_trip(bytes, decode_partial);
    case 'Q':
      return round_trip(bytes, decode_property);
    case 'S':
      return round_trip(bytes, decode_snapshot);
    case 'W':
      return round_trip(bytes, decode_wrapping);
    case 'X':
      return round_trip(bytes, decode_dead_bytes);
    default:
      return check_name(bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    try_one(data[0], {reinterpret_cast<const char*>(data), size});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBug) throw;
  }
  return 0;
}
