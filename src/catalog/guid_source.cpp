// SPDX-License-Identifier: Apache-2.0
#include "catalog/guid_source.h"

#include <array>

#include "base/endian.h"
#include "crypto/sha256.h"

namespace sealift::catalog {

std::uint64_t GuidSource::next() {
  std::array<std::uint8_t, 16> seed;
  std::uint64_t guid = 0;
  while (guid == 0) {
    store(seed.data(), entropy_);
    store(seed.data() + 8, ++count_);
    guid = load<std::uint64_t>(crypto::sha256(seed).data());
  }
  return guid;
}

}  // namespace sealift::catalog
