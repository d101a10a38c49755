// SPDX-License-Identifier: Apache-2.0
// The blocks of an object set, as a damaged vault may give them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "objset/object_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sealift;
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  try {
    switch (data[0] % 3) {
      case 0:
        objset::encode_object_set(objset::decode_object_set(bytes));
        break;
      case 1: {
        const objset::DnodeBlock block = objset::decode_dnode_block(bytes);
        if (objset::decode_dnode_block(objset::encode_dnode_block(block)) != block) std::abort();
        break;
      }
      default:
        objset::decode_entries(bytes, std::size_t{1} << (5 + data[0] / 3 % 6));
    }
  } catch (const Error&) {
  }
  return 0;
}
