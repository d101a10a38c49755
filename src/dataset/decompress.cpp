// SPDX-License-Identifier: Apache-2.0
#include "dataset/decompress.h"

#include <lz4.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/endian.h"
#include "base/error.h"

namespace sealift::dataset {
namespace {

[[noreturn]] void fail_kind(const char* kind) {
  fail(ErrorKind::kDamaged, "a block that does not decompress ({})", kind);
}

void expect(bool is_right, const char* kind) {
  if (!is_right) fail_kind(kind);
}

/// The bytes whose count, big-endian, is at the front; `header` bytes are before them.
ByteView counted(ByteView stored, std::size_t header, const char* kind) {
  expect(stored.size() >= header, kind);
  const auto count = load<std::uint32_t>(stored.data(), Endian::kBig);
  expect(count <= stored.size() - header, kind);
  return stored.subspan(header, count);
}

void copy(ByteView stored, ByteSpan plain) {
  expect(stored.size() == plain.size(), "off");
  std::copy(stored.begin(), stored.end(), plain.begin());
}

/// module/zfs/lzjb.c: a byte of flags before each eight items; an item is a byte, or, where its
/// flag is set, two bytes: how many more than two to copy (6 bits), and from how far back (10
/// bits).
void lzjb(ByteView stored, ByteSpan plain) {
  constexpr unsigned length_bits = 6, offset_bits = 10, least = 3;
  std::size_t from = 0, to = 0;
  unsigned flags = 0;
  for (unsigned item = 0; to < plain.size(); ++item) {
    if (item % 8 == 0) {
      expect(from < stored.size(), "lzjb");
      flags = stored[from++];
    }
    if ((flags >> item % 8 & 1) == 0) {
      expect(from < stored.size(), "lzjb");
      plain[to++] = stored[from++];
      continue;
    }
    expect(stored.size() - from >= 2, "lzjb");
    const unsigned pair = stored[from] << 8U | stored[from + 1];
    from += 2;
    const std::size_t length = (pair >> offset_bits & ((1U << length_bits) - 1)) + least;
    const std::size_t back = pair & ((1U << offset_bits) - 1);
    expect(back != 0 && back <= to, "lzjb");
    const std::size_t end = std::min(to + length, plain.size());
    for (; to < end; ++to) plain[to] = plain[to - back];  // they may overlap
  }
}

/// module/zfs/zle.c: a byte below 64 says how many bytes more than one follow; from 64 on, how many
/// zeros more than one stand there.
void zle(ByteView stored, ByteSpan plain) {
  constexpr std::size_t literal = 64;
  std::size_t from = 0, to = 0;
  while (to < plain.size()) {
    expect(from < stored.size(), "zle");
    std::size_t length = stored[from++] + std::size_t{1};
    const bool is_literal = length <= literal;
    if (!is_literal) length -= literal;
    expect(length <= plain.size() - to, "zle");
    if (is_literal) {
      expect(length <= stored.size() - from, "zle");
      std::memcpy(&plain[to], &stored[from], length);
      from += length;
    } else {
      std::memset(&plain[to], 0, length);
    }
    to += length;
  }
}

void gzip(ByteView stored, ByteSpan plain) {
  uLongf made = plain.size();
  expect(
      uncompress(plain.data(), &made, stored.data(), stored.size()) == Z_OK && made == plain.size(),
      "gzip");
}

void lz4(ByteView stored, ByteSpan plain) {
  const ByteView body = counted(stored, sizeof(std::uint32_t), "lz4");
  const int made = LZ4_decompress_safe(
      reinterpret_cast<const char*>(body.data()), reinterpret_cast<char*>(plain.data()),
      static_cast<int>(body.size()), static_cast<int>(plain.size()));
  expect(made >= 0 && static_cast<std::size_t>(made) == plain.size(), "lz4");
}

/// Behind the count stand version and level; the frame has no magic number
/// (include/sys/zstd/zstd.h, module/zstd/zfs_zstd.c). That it may be without one is no part of the
/// library's stable interface, so it is given one.
void zstd(ByteView stored, ByteSpan plain) {
  constexpr std::array<std::uint8_t, 4> magic = {0x28, 0xb5, 0x2f, 0xfd};
  const ByteView body = counted(stored, 2 * sizeof(std::uint32_t), "zstd");
  thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                                  ZSTD_freeDCtx);
  thread_local Bytes frame;
  frame.assign(magic.begin(), magic.end());
  frame.insert(frame.end(), body.begin(), body.end());
  expect(ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), frame.data(),
                             frame.size()) == plain.size(),
         "zstd");
}

}  // namespace

void decompress(ByteView stored, std::uint8_t kind, ByteSpan plain) {
  switch (kind) {
    case compression::kUnknown:
    case compression::kOff:
      return copy(stored, plain);
    case compression::kLzjb:
      return lzjb(stored, plain);
    case compression::kZle:
      return zle(stored, plain);
    case compression::kLz4:
      return lz4(stored, plain);
    case compression::kZstd:
      return zstd(stored, plain);
    default:
      break;
  }
  if (kind < compression::kGzip1 || kind > compression::kGzip9)
    fail(ErrorKind::kDamaged, "a block of an unknown compression {}", kind);
  gzip(stored, plain);
}

}  // namespace sealift::dataset
