// SPDX-License-Identifier: Apache-2.0
#include "dataset/old_compression.h"

#include <algorithm>
#include <array>

namespace sealift::dataset {
namespace {

constexpr std::size_t kZleLiteral =
    64;  ///< bytes at most; how many more are zeros is told above it
constexpr std::size_t kZleZeros = 256 - kZleLiteral;

constexpr unsigned kLzjbOffsetBits = 10;
constexpr std::size_t kLzjbLeast = 3;
constexpr std::size_t kLzjbMost = kLzjbLeast + (1U << (16 - kLzjbOffsetBits)) - 1;
constexpr std::size_t kLzjbFarthest = (1U << kLzjbOffsetBits) - 1;
constexpr unsigned kHashBits = 12;

/// How many of the first bytes, at most `most`, are zero, or are not.
std::size_t run_of(ByteView bytes, bool are_zero, std::size_t most) {
  const ByteView part = bytes.first(std::min(bytes.size(), most));
  const auto end = std::find_if(part.begin(), part.end(),
                                [&](std::uint8_t byte) { return (byte == 0) != are_zero; });
  return static_cast<std::size_t>(end - part.begin());
}

/// Where the three bytes at a place stood last.
class LastPlaces {
 public:
  /// The place before `at` of what may be the same three bytes; `at` where there is none near.
  std::size_t exchange(ByteView bytes, std::size_t at) {
    const std::uint32_t three = bytes[at] | bytes[at + 1] << 8U | bytes[at + 2] << 16U;
    std::size_t& last = places_[(three * 2654435761U) >> (32 - kHashBits)];
    const std::size_t found = last;  // one more than the place; 0: none
    last = at + 1;
    return found == 0 || at + 1 - found > kLzjbFarthest ? at : found - 1;
  }

 private:
  std::array<std::size_t, 1U << kHashBits> places_{};
};

std::size_t alike(ByteView bytes, std::size_t a, std::size_t b) {
  const std::size_t most = std::min(bytes.size() - b, kLzjbMost);
  std::size_t length = 0;
  while (length < most && bytes[a + length] == bytes[b + length]) ++length;
  return length;
}

}  // namespace

std::size_t compress_zle(ByteView plain, ByteSpan out) {
  std::size_t to = 0;
  while (!plain.empty()) {
    const bool is_zero = plain.front() == 0;
    const std::size_t run = run_of(plain, is_zero, is_zero ? kZleZeros : kZleLiteral);
    const std::size_t copied = is_zero ? 0 : run;
    if (out.size() - to < 1 + copied) return 0;
    out[to++] = static_cast<std::uint8_t>(run - 1 + (is_zero ? kZleLiteral : 0));
    std::copy_n(plain.begin(), copied, out.begin() + static_cast<std::ptrdiff_t>(to));
    to += copied;
    plain = plain.subspan(run);
  }
  return to;
}

std::size_t compress_lzjb(ByteView plain, ByteSpan out) {
  LastPlaces last;
  std::size_t to = 0, flags = 0;
  std::size_t at = 0;
  for (unsigned item = 0; at < plain.size(); ++item) {
    // Room for flags and the longer kind of item.
    if (out.size() - to < 3) return 0;
    if (item % 8 == 0) {
      flags = to++;
      out[flags] = 0;
    }
    const bool may_repeat = plain.size() - at >= kLzjbLeast;
    const std::size_t before = may_repeat ? last.exchange(plain, at) : at;
    const std::size_t length = before == at ? 0 : alike(plain, before, at);
    if (length < kLzjbLeast) {
      out[to++] = plain[at++];
      continue;
    }
    out[flags] = static_cast<std::uint8_t>(out[flags] | 1U << item % 8);
    const std::size_t pair = (length - kLzjbLeast) << kLzjbOffsetBits | (at - before);
    out[to++] = static_cast<std::uint8_t>(pair >> 8);
    out[to++] = static_cast<std::uint8_t>(pair);
    at += length;
  }
  return to;
}

}  // namespace sealift::dataset
