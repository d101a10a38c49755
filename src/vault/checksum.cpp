// SPDX-License-Identifier: Apache-2.0
#include "vault/checksum.h"

#include "base/endian.h"
#include "crypto/sha256.h"

namespace sealift::vault {

namespace {

class Fletcher4 {
 public:
  void add(std::uint32_t word) {
    a_ += word;
    b_ += a_;
    c_ += b_;
    d_ += c_;
  }

  Checksum sum() const {
    Checksum sum;
    store(sum.data(), a_);
    store(sum.data() + 8, b_);
    store(sum.data() + 16, c_);
    store(sum.data() + 24, d_);
    return sum;
  }

 private:
  std::uint64_t a_ = 0;
  std::uint64_t b_ = 0;
  std::uint64_t c_ = 0;
  std::uint64_t d_ = 0;
};

Checksum fletcher4(ByteView bytes) {
  Fletcher4 fletcher;
  const std::size_t whole = bytes.size() & ~std::size_t{3};
  for (std::size_t at = 0; at < whole; at += 4) {
    fletcher.add(load<std::uint32_t>(bytes.data() + at));
  }
  if (whole != bytes.size()) {
    std::array<std::uint8_t, 4> last{};
    std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(whole), bytes.end(), last.begin());
    fletcher.add(load<std::uint32_t>(last.data()));
  }
  return fletcher.sum();
}

}  // namespace

Checksum checksum_of(ChecksumKind kind, ByteView bytes) {
  return kind == ChecksumKind::kSha256 ? crypto::sha256(bytes) : fletcher4(bytes);
}

std::string_view name_of(ChecksumKind kind) {
  return kind == ChecksumKind::kSha256 ? "sha256" : "fletcher4";
}

}  // namespace sealift::vault
