// SPDX-License-Identifier: Apache-2.0
// The reader and the rules; without checksums, which mutated input would never pass.
#include <array>

#include "base/error.h"
#include "stream/reader.h"
#include "stream/record_codec.h"
#include "stream/rules.h"

namespace sealift::stream {
namespace {

/// Whatever is accepted is encoded as it came, but for the checksum.
void expect_same(const Reader& reader, const Reader::Item& item, ByteView input) {
  std::array<std::uint8_t, kRecordSize> again;
  encode(item.record, reader.endian(), again);
  const bool begin = std::holds_alternative<Begin>(item.record);
  const std::size_t size = begin ? kRecordSize : kChecksumOffset;
  SEALIFT_ASSERT(equal(ByteView(again).first(size), input.subspan(item.offset, size)));
}

void read(ByteView input) {
  Reader reader(input, VerifyChecksums::kNo);
  std::optional<Rules> rules;
  while (const Reader::Item* item = reader.next()) {
    expect_same(reader, *item, input);
    if (const auto* begin = std::get_if<Begin>(&item->record)) {
      if (begin->header_type() == HeaderType::kCompound) continue;
      rules.emplace(*begin, reader.begin_payload() ? &reader.begin_payload()->list : nullptr);
    } else if (rules) {
      rules->check(item->record);
    }
  }
}

}  // namespace
}  // namespace sealift::stream

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    sealift::stream::read({data, size});
  } catch (const sealift::Error& error) {
    if (error.kind() == sealift::ErrorKind::kBug) throw;
  }
  return 0;
}
