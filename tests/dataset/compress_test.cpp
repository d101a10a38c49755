// SPDX-License-Identifier: Apache-2.0
#include "dataset/compress.h"

#include <random>

#include "catalog/property_table.h"
#include "dataset/decompress.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;

namespace {

Compression compression_of(const std::string& value) {
  return Compression::from_property(
      std::get<std::uint64_t>(catalog::parse_value("compression", value)));
}

/// Words that come again, noise, and zeros.
Bytes mixed(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes;
  while (bytes.size() < size) {
    const std::size_t length = 1 + random() % 300;
    const std::uint32_t kind = random() % 4;
    for (std::size_t i = 0; i < length; ++i)
      bytes.push_back(kind == 0   ? static_cast<std::uint8_t>(random())
                      : kind == 1 ? std::uint8_t{0}
                                  : static_cast<std::uint8_t>('a' + i % 7));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_CASE("what is compressed comes back") {
  Compressor compressor;
  for (const char* value : {"on", "lz4", "zstd", "zstd-19", "zstd-fast-10", "gzip", "gzip-1",
                            "gzip-9", "lzjb", "zle"}) {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
      CAPTURE(value, seed);
      const Compression how = compression_of(value);
      const Bytes plain = mixed(1024 + seed * 6000, seed);
      const auto stored = compressor.compress(how, plain);
      if (!stored) continue;
      CHECK(stored->size() % 512 == 0);
      Bytes again(plain.size());
      decompress(*stored, how.kind, again);
      CHECK(again == plain);
    }
  }
}

TEST_CASE("old kinds of compression do what they can") {
  Compressor compressor;
  Bytes words(131072);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::uint8_t>(i % 100);
  CHECK(compressor.compress(compression_of("lzjb"), words)->size() < words.size() / 10);
  CHECK_FALSE(compressor.compress(compression_of("zle"), words));
  std::fill(words.begin() + 1000, words.end(), std::uint8_t{0});
  CHECK(compressor.compress(compression_of("zle"), words)->size() < 4096);
}

TEST_CASE("noise is not compressed") {
  std::mt19937 random(1);
  Bytes noise(65536);
  for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
  Compressor compressor;
  for (const char* value : {"lz4", "zstd", "gzip", "lzjb", "zle", "off"})
    CHECK_FALSE(compressor.compress(compression_of(value), noise));
}
