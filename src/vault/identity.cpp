// SPDX-License-Identifier: Apache-2.0
#include "vault/identity.h"

#include <algorithm>

#include "base/endian.h"
#include "base/error.h"
#include "vault/sealed_page.h"

namespace sealift::vault {

namespace {

constexpr std::string_view kIdentityMagic = "SLFTIDNT";
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::uint64_t kMaxSegmentBytes = std::uint64_t{1} << 40;

// Where the fields are, in bytes from the page's start.
constexpr std::size_t kVersionAt = 8;    // u32
constexpr std::size_t kChecksumAt = 12;  // u8
constexpr std::size_t kNameSizeAt = 13;  // u8
constexpr std::size_t kGuidAt = 16;      // u64
constexpr std::size_t kReadAt = 24;      // u64
constexpr std::size_t kWriteAt = 32;     // u64
constexpr std::size_t kSegmentAt = 40;   // u64
constexpr std::size_t kNameAt = 48;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool may_follow(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') ||
         std::string_view("-_.:").find(c) != std::string_view::npos;
}

bool is_valid_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), may_follow);
}

ChecksumKind decode_kind(std::uint8_t kind) {
  switch (static_cast<ChecksumKind>(kind)) {
    case ChecksumKind::kSha256:
      return ChecksumKind::kSha256;
    case ChecksumKind::kFletcher4:
      return ChecksumKind::kFletcher4;
  }
  fail(ErrorKind::kDamaged, "the vault's identity names an unknown checksum, {}", kind);
}

}  // namespace

void require_known(const Features& features, Access access) {
  const std::uint64_t read = features.read & ~kKnownFeatures.read;
  const std::uint64_t write = features.write & ~kKnownFeatures.write;
  if (read != 0) {
    fail(ErrorKind::kRefused, "the vault needs a newer sealift: unknown read features {:#x}", read);
  }
  if (write != 0 && access == Access::kWrite) {
    fail(ErrorKind::kRefused,
         "writing the vault needs a newer sealift: unknown write features {:#x}", write);
  }
}

void require_valid_name(std::string_view name) {
  if (is_valid_name(name)) return;
  fail(ErrorKind::kUsage,
       "'{}' cannot name a vault: a letter, then letters, digits and -_.: (at most {})", name,
       kMaxNameBytes);
}

Bytes encode(const Identity& identity, const Features& features) {
  require_valid_name(identity.name);
  Bytes payload(kNameAt + identity.name.size());
  std::copy(kIdentityMagic.begin(), kIdentityMagic.end(), payload.begin());
  store(payload.data() + kVersionAt, identity.version);
  payload[kChecksumAt] = static_cast<std::uint8_t>(identity.checksum);
  payload[kNameSizeAt] = static_cast<std::uint8_t>(identity.name.size());
  store(payload.data() + kGuidAt, identity.guid);
  store(payload.data() + kReadAt, features.read);
  store(payload.data() + kWriteAt, features.write);
  store(payload.data() + kSegmentAt, identity.segment_bytes);
  std::copy(identity.name.begin(), identity.name.end(), payload.begin() + kNameAt);
  return seal_page(payload);
}

DecodedIdentity decode_identity(ByteView page) {
  if (!is_sealed(page) || as_text(page.first(kIdentityMagic.size())) != kIdentityMagic) {
    fail(ErrorKind::kDamaged, "the vault's identity file is damaged");
  }
  DecodedIdentity decoded;
  decoded.identity.version = load<std::uint32_t>(page.data() + kVersionAt);
  if (decoded.identity.version != kFormatVersion) {
    fail(ErrorKind::kRefused, "the vault has format version {}, this sealift reads version {}",
         decoded.identity.version, kFormatVersion);
  }
  decoded.identity.checksum = decode_kind(page[kChecksumAt]);
  decoded.identity.guid = load<std::uint64_t>(page.data() + kGuidAt);
  decoded.identity.segment_bytes = load<std::uint64_t>(page.data() + kSegmentAt);
  decoded.identity.name = as_text(page.subspan(kNameAt, page[kNameSizeAt]));
  decoded.features.read = load<std::uint64_t>(page.data() + kReadAt);
  decoded.features.write = load<std::uint64_t>(page.data() + kWriteAt);
  if (!is_valid_name(decoded.identity.name) || decoded.identity.segment_bytes == 0 ||
      decoded.identity.segment_bytes > kMaxSegmentBytes) {
    fail(ErrorKind::kDamaged, "the vault's identity file holds an impossible name or size");
  }
  return decoded;
}

}  // namespace sealift::vault
