// SPDX-License-Identifier: Apache-2.0
#include "vault/block.h"

#include <algorithm>

#include "base/endian.h"

namespace sealift::vault {

void encode(const BlockPointer& pointer, std::uint8_t* to) {
  store(to, pointer.segment);
  store(to + 4, pointer.length);
  store(to + 8, pointer.offset);
  std::copy(pointer.checksum.begin(), pointer.checksum.end(), to + 16);
}

BlockPointer decode_block_pointer(const std::uint8_t* from) {
  BlockPointer pointer;
  pointer.segment = load<std::uint32_t>(from);
  pointer.length = load<std::uint32_t>(from + 4);
  pointer.offset = load<std::uint64_t>(from + 8);
  std::copy_n(from + 16, pointer.checksum.size(), pointer.checksum.begin());
  return pointer;
}

}  // namespace sealift::vault
