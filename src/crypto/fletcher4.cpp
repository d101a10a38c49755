// SPDX-License-Identifier: Apache-2.0
// The sums over words w[0..n) are A = sum w, B = sum R w, C = sum R(R+1)/2 w,
// D = sum R(R+1)(R+2)/6 w, where R = n - i counts the words from w[i] to the end; all
// modulo 2^64. The vector loops run the same recurrence in each of L lanes, where word
// L*i + k is word i of lane k, so that R = L*r - k with r counted in the lane; expanding
// the polynomials gives the weights with which the lanes' sums add up.
#include "crypto/fletcher4.h"

#include <span>

#include "base/error.h"
#include "crypto/fletcher4_lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sealift::crypto {
namespace {

void add_portable(ByteView bytes, Endian endian, FletcherSum& sum) {
  auto [a, b, c, d] = sum;
  const bool swap = endian != kHostEndian;
  const std::uint8_t* const end = bytes.data() + bytes.size();
  for (const std::uint8_t* at = bytes.data(); at != end; at += 4) {
    std::uint32_t word;
    std::memcpy(&word, at, sizeof word);
    a += swap ? byteswap(word) : word;
    b += a;
    c += b;
    d += c;
  }
  sum = {a, b, c, d};
}

#if defined(__x86_64__)

/// Adds a run of vector sums to `sum`, then the words that did not fill a vector.
template <std::size_t L>
void finish(const LaneSums<L>& lanes, ByteView bytes, Endian endian, FletcherSum& sum) {
  const std::uint64_t words = bytes.size() / 4 / L * L;
  sum = concatenate(sum, combine(lanes), words);
  add_portable(bytes.subspan(words * 4), endian, sum);
}

__attribute__((target("avx2"))) void add_avx2(ByteView bytes, Endian endian, FletcherSum& sum) {
  constexpr std::size_t lanes = 4;
  __m256i a{}, b{}, c{}, d{};
  const __m128i order = endian == kHostEndian
                            ? _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
                            : _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  const std::uint8_t* const end = bytes.data() + bytes.size() / (4 * lanes) * (4 * lanes);
  for (const std::uint8_t* at = bytes.data(); at != end; at += 4 * lanes) {
    const __m128i raw = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    a = _mm256_add_epi64(a, _mm256_cvtepu32_epi64(_mm_shuffle_epi8(raw, order)));
    b = _mm256_add_epi64(b, a);
    c = _mm256_add_epi64(c, b);
    d = _mm256_add_epi64(d, c);
  }
  LaneSums<lanes> sums;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums[0].data()), a);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums[1].data()), b);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums[2].data()), c);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums[3].data()), d);
  finish(sums, bytes, endian, sum);
}

__attribute__((target("avx512f,avx2"))) void add_avx512(ByteView bytes, Endian endian,
                                                        FletcherSum& sum) {
  constexpr std::size_t lanes = 8;
  __m512i a{}, b{}, c{}, d{};
  const __m128i half = endian == kHostEndian
                           ? _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
                           : _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  const __m256i order = _mm256_broadcastsi128_si256(half);
  const std::uint8_t* const end = bytes.data() + bytes.size() / (4 * lanes) * (4 * lanes);
  for (const std::uint8_t* at = bytes.data(); at != end; at += 4 * lanes) {
    const __m256i raw = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    a = _mm512_add_epi64(a, _mm512_maskz_cvtepu32_epi64(0xff, _mm256_shuffle_epi8(raw, order)));
    b = _mm512_add_epi64(b, a);
    c = _mm512_add_epi64(c, b);
    d = _mm512_add_epi64(d, c);
  }
  LaneSums<lanes> sums;
  _mm512_storeu_si512(sums[0].data(), a);
  _mm512_storeu_si512(sums[1].data(), b);
  _mm512_storeu_si512(sums[2].data(), c);
  _mm512_storeu_si512(sums[3].data(), d);
  finish(sums, bytes, endian, sum);
}

#endif

/// Below this the vector loops do not earn back the sums over their lanes.
constexpr std::size_t kVectorThreshold = 256;

const Fletcher4Implementation& fastest() {
  static const Fletcher4Implementation& choice = fletcher4_implementations().back();
  return choice;
}

}  // namespace

std::span<const Fletcher4Implementation> fletcher4_implementations() {
  static const Fletcher4Implementation all[] = {
    {"portable", add_portable},
#if defined(__x86_64__)
    {"avx2", add_avx2},
    {"avx512", add_avx512},
#endif
  };
  std::size_t usable = 1;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    usable = __builtin_cpu_supports("avx512f") ? 3 : 2;
  }
#endif
  return std::span(all, usable);
}

std::string_view fletcher4_implementation() {
  return fastest().name;
}

void Fletcher4::update(ByteView bytes) {
  SEALIFT_ASSERT(bytes.size() % 4 == 0);
  if (bytes.size() < kVectorThreshold) {
    add_portable(bytes, endian_, sum_);
  } else {
    fastest().add(bytes, endian_, sum_);
  }
}

void Fletcher4::append(const FletcherSum& sum, std::uint64_t size) {
  SEALIFT_ASSERT(size % 4 == 0);
  sum_ = concatenate(sum_, sum, size / 4);
}

FletcherSum fletcher4(ByteView bytes, Endian endian) {
  Fletcher4 running(endian);
  running.update(bytes);
  return running.sum();
}

}  // namespace sealift::crypto
