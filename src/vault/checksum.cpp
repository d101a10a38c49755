// SPDX-License-Identifier: Apache-2.0
#include "vault/checksum.h"

#include <algorithm>

#include "base/endian.h"
#include "base/error.h"
#include "crypto/sha256.h"

namespace sealift::vault {

namespace {

Checksum fletcher4(ByteView bytes) {
  crypto::Fletcher4 fletcher(Endian::kLittle);
  const std::size_t whole = bytes.size() & ~std::size_t{3};
  fletcher.update(bytes.first(whole));
  if (whole != bytes.size()) {
    std::array<std::uint8_t, 4> last{};
    const ByteView rest = bytes.subspan(whole);
    std::copy(rest.begin(), rest.end(), last.begin());
    fletcher.update(last);
  }
  Checksum sum;
  for (std::size_t i = 0; i < 4; ++i) store(sum.data() + 8 * i, fletcher.sum()[i]);
  return sum;
}

}  // namespace

Checksum checksum_of(ChecksumKind kind, ByteView bytes) {
  return kind == ChecksumKind::kSha256 ? crypto::sha256(bytes) : fletcher4(bytes);
}

crypto::FletcherSum word_sum(ByteView bytes, Endian endian, ChecksumKind kind,
                             const Checksum& proven) {
  if (bytes.size() % 4 != 0) fail(ErrorKind::kDamaged, "a block of {} bytes", bytes.size());
  const bool is_known = kind == ChecksumKind::kFletcher4 && endian == Endian::kLittle;
  if (!is_known) return crypto::fletcher4(bytes, endian);
  crypto::FletcherSum sum;
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = load<std::uint64_t>(proven.data() + 8 * i);
  return sum;
}

std::string_view name_of(ChecksumKind kind) {
  return kind == ChecksumKind::kSha256 ? "sha256" : "fletcher4";
}

}  // namespace sealift::vault
