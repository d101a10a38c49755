// SPDX-License-Identifier: Apache-2.0
#include "crypto/fletcher4.h"

#include <random>

#include "base/bytes.h"
#include "support/catch.h"

namespace sealift::crypto {
namespace {

Bytes random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// The definition, word by word.
FletcherSum by_definition(ByteView bytes, Endian endian) {
  FletcherSum sum{};
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    sum[0] += load<std::uint32_t>(bytes.data() + i, endian);
    for (std::size_t j = 1; j < 4; ++j) sum[j] += sum[j - 1];
  }
  return sum;
}

}  // namespace

TEST_CASE("fletcher4 of a few words that can be added by hand") {
  const Bytes bytes = {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0};
  CHECK(fletcher4(bytes, Endian::kLittle) == FletcherSum{6, 10, 15, 21});
  CHECK(fletcher4(bytes, Endian::kBig) ==
        FletcherSum{6ULL << 24, 10ULL << 24, 15ULL << 24, 21ULL << 24});
  CHECK(fletcher4({}, Endian::kLittle) == FletcherSum{});
}

TEST_CASE("fletcher4 of equal words follows the closed form") {
  // n words of value 1: n, n(n+1)/2, n(n+1)(n+2)/6, n(n+1)(n+2)(n+3)/24.
  Bytes bytes(4 * 1000);
  for (std::size_t i = 0; i < bytes.size(); i += 4) bytes[i] = 1;
  CHECK(fletcher4(bytes, Endian::kLittle) == FletcherSum{1000, 500500, 167167000, 41917125250});
}

TEST_CASE("every implementation gives the definition's sums, at every size and both byte orders") {
  for (const Fletcher4Implementation& implementation : fletcher4_implementations()) {
    CAPTURE(implementation.name);
    for (std::size_t words = 0; words < 70; ++words) {
      const Bytes bytes = random_bytes(words * 4 + 1, static_cast<std::uint32_t>(words));
      const ByteView unaligned = ByteView(bytes).subspan(1);
      for (const Endian endian : {Endian::kLittle, Endian::kBig}) {
        FletcherSum sum{};
        implementation.add(unaligned, endian, sum);
        CHECK(sum == by_definition(unaligned, endian));
      }
    }
  }
}

TEST_CASE("large runs of the largest words wrap around alike in every implementation") {
  const Bytes bytes(std::size_t{1} << 20, 0xff);
  for (const Fletcher4Implementation& implementation : fletcher4_implementations()) {
    CAPTURE(implementation.name);
    FletcherSum sum = {~0ULL, 1, ~0ULL, 3};
    FletcherSum wanted = sum;
    implementation.add(bytes, Endian::kLittle, sum);
    fletcher4_implementations().front().add(bytes, Endian::kLittle, wanted);
    CHECK(sum == wanted);
  }
}

TEST_CASE("sums grow piece by piece as in one go") {
  const Bytes bytes = random_bytes(40000, 7);
  for (const Endian endian : {Endian::kLittle, Endian::kBig}) {
    std::mt19937 random(11);
    Fletcher4 running(endian);
    Fletcher4 known(endian);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min<std::size_t>(random() % 3000 * 4, bytes.size() - at);
      running.update(ByteView(bytes).subspan(at, size));
      known.append(by_definition(ByteView(bytes).subspan(at, size), endian), size);
      at += size;
    }
    CHECK(running.sum() == by_definition(bytes, endian));
    CHECK(known.sum() == running.sum());
  }
}

}  // namespace sealift::crypto
