// SPDX-License-Identifier: Apache-2.0
// The parameters of zstd for frames without a magic number are declared for static linking alone,
// yet every shared library of the last years takes them.
#define ZSTD_STATIC_LINKING_ONLY
#include "dataset/compress.h"

#include <lz4.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"
#include "dataset/old_compression.h"
#include "stream/record_format.h"

namespace sealift::dataset {
namespace {

constexpr std::size_t kLengthBytes = 4;  ///< lz4's and zstd's own length, big-endian
constexpr std::size_t kZstdHeaderBytes = 8;
constexpr unsigned kLevelShift = 24;
constexpr std::uint64_t kKindMask = 0x7f;  ///< of the property; the level is above
constexpr unsigned kPropertyLevelShift = 7;

constexpr std::uint8_t kEmpty = 4;  ///< ZIO_COMPRESS_EMPTY: no property has it
constexpr std::uint8_t kZstdDefault = 3;
constexpr std::uint8_t kZstdMax = 19;
constexpr std::uint8_t kZstdFast1 = 103;

/// The number that zstd itself has for one of enum zio_zstd_levels.
int zstd_level(std::uint8_t level) {
  constexpr int fast[] = {-1,  -2,  -3,  -4,  -5,  -6,  -7,  -8,   -9,   -10,  -20,
                          -30, -40, -50, -60, -70, -80, -90, -100, -500, -1000};
  if (level <= kZstdMax) return level;
  const std::size_t index = level < kZstdFast1 ? 0 : level - kZstdFast1;
  return fast[std::min(index, std::size(fast) - 1)];
}

}  // namespace

Compression Compression::from_property(std::uint64_t value) {
  Compression how;
  how.kind = static_cast<std::uint8_t>(value & kKindMask);
  how.level = static_cast<std::uint8_t>(value >> kPropertyLevelShift);
  const bool is_default =
      how.kind != compression::kZstd &&
      (how.kind < compression::kOff || how.kind > compression::kZle || how.kind == kEmpty);
  if (is_default) how.kind = compression::kLz4;
  if (how.kind != compression::kZstd) {
    how.level = 0;
  } else if (how.level == 0) {
    how.level = kZstdDefault;
  }
  return how;
}

struct Compressor::Zstd {
  Zstd() : context(ZSTD_createCCtx()) {
    if (context == nullptr) throw std::bad_alloc();
    set(ZSTD_c_format, ZSTD_f_zstd1_magicless);
    set(ZSTD_c_contentSizeFlag, 0);
    set(ZSTD_c_checksumFlag, 0);
  }
  ~Zstd() { ZSTD_freeCCtx(context); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  void set(ZSTD_cParameter parameter, int value) const {
    const std::size_t code = ZSTD_CCtx_setParameter(context, parameter, value);
    if (ZSTD_isError(code)) fail(ErrorKind::kBug, "zstd: {}", ZSTD_getErrorName(code));
  }

  ZSTD_CCtx* context;
};

Compressor::Compressor() = default;
Compressor::~Compressor() = default;

std::size_t Compressor::squeeze_zstd(std::uint8_t level, ByteView plain, std::size_t limit) {
  if (zstd_ == nullptr) zstd_ = std::make_unique<Zstd>();
  zstd_->set(ZSTD_c_compressionLevel, zstd_level(level));
  const std::size_t made = ZSTD_compress2(zstd_->context, out_.data() + kZstdHeaderBytes,
                                          limit - kZstdHeaderBytes, plain.data(), plain.size());
  if (ZSTD_isError(made)) return 0;
  store(out_.data(), static_cast<std::uint32_t>(made), Endian::kBig);
  store(out_.data() + kLengthBytes,
        std::uint32_t{level} << kLevelShift | static_cast<std::uint32_t>(ZSTD_versionNumber()),
        Endian::kBig);
  return kZstdHeaderBytes + made;
}

/// Writes at most `limit` bytes; 0 where that is too little.
std::size_t Compressor::squeeze(const Compression& how, ByteView plain, std::size_t limit) {
  if (how.kind == compression::kZstd) return squeeze_zstd(how.level, plain, limit);
  if (how.kind == compression::kLz4) {
    const int made = LZ4_compress_default(reinterpret_cast<const char*>(plain.data()),
                                          reinterpret_cast<char*>(out_.data() + kLengthBytes),
                                          static_cast<int>(plain.size()),
                                          static_cast<int>(limit - kLengthBytes));
    if (made <= 0) return 0;
    store(out_.data(), static_cast<std::uint32_t>(made), Endian::kBig);
    return kLengthBytes + static_cast<std::size_t>(made);
  }
  if (how.kind == compression::kLzjb) return compress_lzjb(plain, ByteSpan(out_).first(limit));
  if (how.kind == compression::kZle) return compress_zle(plain, ByteSpan(out_).first(limit));
  uLongf made = limit;
  const int level = how.kind - compression::kGzip1 + 1;
  return compress2(out_.data(), &made, plain.data(), plain.size(), level) == Z_OK ? made : 0;
}

std::optional<ByteSpan> Compressor::compress(const Compression& how, ByteView plain) {
  if (how.kind == compression::kOff || plain.size() <= stream::kMinBlockSize) return std::nullopt;
  const std::size_t limit = plain.size() - plain.size() / 8;
  out_.resize(plain.size());
  const std::size_t made = squeeze(how, plain, limit);
  const std::size_t stored = round_up(made, stream::kMinBlockSize);
  if (made == 0 || made > limit || stored >= plain.size()) return std::nullopt;
  std::fill(out_.begin() + static_cast<std::ptrdiff_t>(made),
            out_.begin() + static_cast<std::ptrdiff_t>(stored), 0);
  return ByteSpan(out_).first(stored);
}

}  // namespace sealift::dataset
