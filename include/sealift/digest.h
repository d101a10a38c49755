// SPDX-License-Identifier: Apache-2.0
// The digest of a whole stream: with it nobody needs a key to see that a stream is the one that
// left. It is as good as the way by which it came.
#pragma once

#include <sealift/channel.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sealift {

namespace crypto {
class Sha256;
}

namespace stream {

/// SHA-256 over all bytes of a stream or package, from BEGIN to END.
using Digest = std::array<std::uint8_t, 32>;

/// What sha256sum(1) prints of standard input, with its newline.
std::string to_line(const Digest& digest);
/// The digest in one line of sha256sum(1), whatever file it names, or 64 hexadecimal digits alone.
/// Throws Error(kUsage).
Digest parse_digest(std::string_view text);
/// Whether `text` is 64 hexadecimal digits and nothing else.
bool is_digest(std::string_view text);
/// Throws Error(kDamaged) unless a stream with `digest` is the one that has `wanted`.
void check_digest(const Digest& digest, const Digest& wanted);

/// Takes the digest of what passes on from another source, which must outlive it.
class DigestingSource final : public Source {
 public:
  explicit DigestingSource(Source& from);
  ~DigestingSource() override;
  std::size_t read(ByteSpan into) override;
  /// Of all that passed; once.
  Digest finish();

 private:
  Source& from_;
  std::unique_ptr<crypto::Sha256> sha256_;
};

/// Takes the digest of what passes on to another sink, which must outlive it.
class DigestingSink final : public Sink {
 public:
  explicit DigestingSink(Sink& to);
  ~DigestingSink() override;
  void write(ByteView bytes) override;
  /// Of all that passed; once.
  Digest finish();

 private:
  Sink& to_;
  std::unique_ptr<crypto::Sha256> sha256_;
};

}  // namespace stream
}  // namespace sealift
