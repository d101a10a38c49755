// SPDX-License-Identifier: Apache-2.0
// Blocks as a hostile sender may have compressed them: kind, and half of the size in the clear,
// first.
#include <cstddef>
#include <cstdint>

#include "base/endian.h"
#include "base/error.h"
#include "dataset/decompress.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sealift;
  if (size < 3) return 0;
  Bytes plain(2 * std::size_t{load<std::uint16_t>(data + 1)});
  try {
    dataset::decompress({data + 3, size - 3}, data[0] % 18, plain);
  } catch (const Error&) {
  }
  return 0;
}
