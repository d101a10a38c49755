// SPDX-License-Identifier: Apache-2.0
#include <sealift/digest.h>

#include <algorithm>

#include "base/error.h"
#include "crypto/sha256.h"

namespace sealift::stream {
namespace {

constexpr std::size_t kDigits = 2 * std::tuple_size_v<Digest>;

/// 16 for what is no digit.
unsigned digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

std::string to_digits(const Digest& digest) {
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace

std::string to_line(const Digest& digest) {
  return to_digits(digest) + "  -\n";
}

bool is_digest(std::string_view text) {
  return text.size() == kDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return digit(c) < 16; });
}

Digest parse_digest(std::string_view text) {
  // A backslash tells that the name behind the digest is escaped.
  if (!text.empty() && text.front() == '\\') text.remove_prefix(1);
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const std::string_view digits = text.substr(0, kDigits);
  const std::string_view rest = text.substr(digits.size());
  if (!is_digest(digits) || (!rest.empty() && rest.front() != ' '))
    fail(ErrorKind::kUsage, "no SHA-256 digest as sha256sum(1) prints it");
  if (rest.find('\n') != std::string_view::npos)
    fail(ErrorKind::kUsage, "more than one SHA-256 digest");
  Digest digest;
  for (std::size_t i = 0; i < digest.size(); ++i)
    digest[i] = static_cast<std::uint8_t>(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
  return digest;
}

void check_digest(const Digest& digest, const Digest& wanted) {
  if (digest != wanted)
    fail(ErrorKind::kDamaged, "not the stream that was sent: its SHA-256 digest is {} and not {}",
         to_digits(digest), to_digits(wanted));
}

DigestingSource::DigestingSource(Source& from)
    : from_(from), sha256_(std::make_unique<crypto::Sha256>()) {}
DigestingSource::~DigestingSource() = default;

std::size_t DigestingSource::read(ByteSpan into) {
  const std::size_t count = from_.read(into);
  sha256_->update(into.first(count));
  return count;
}

Digest DigestingSource::finish() {
  return sha256_->finish();
}

DigestingSink::DigestingSink(Sink& to) : to_(to), sha256_(std::make_unique<crypto::Sha256>()) {}
DigestingSink::~DigestingSink() = default;

void DigestingSink::write(ByteView bytes) {
  to_.write(bytes);
  sha256_->update(bytes);
}

Digest DigestingSink::finish() {
  return sha256_->finish();
}

}  // namespace sealift::stream
