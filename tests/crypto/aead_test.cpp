// SPDX-License-Identifier: Apache-2.0
#include "crypto/aead.h"

#include <sealift/error.h>

#include "support/catch.h"

using namespace sealift;
using crypto::Aead;
using crypto::AeadMode;
using crypto::AeadTag;
using crypto::Secret;

namespace {

Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

template <class Array>
Array array_from_hex(std::string_view text) {
  Array array{};
  const Bytes bytes = from_hex(text);
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

}  // namespace

TEST_CASE("AES-256-GCM gives the specification's example") {
  // McGrew and Viega, The Galois/Counter Mode of Operation, test case 16.
  Aead aead(AeadMode::kGcm, Secret::copy_of(from_hex("feffe9928665731c6d6a8f9467308308"
                                                     "feffe9928665731c6d6a8f9467308308")));
  const Bytes associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const Aead::Binding binding{array_from_hex<crypto::AeadIv>("cafebabefacedbaddecaf888"),
                              associated};
  const Bytes plain = from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  Bytes sealed(plain.size());
  const AeadTag tag = aead.seal(binding, plain, sealed);
  CHECK(to_hex(sealed) ==
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
  CHECK(to_hex(tag) == "76fc6ece0f4e1768cddf8853bb2d551b");
}

TEST_CASE("What was sealed opens, often under one key, and every flipped bit is found") {
  const AeadMode mode = GENERATE(AeadMode::kCcm, AeadMode::kGcm);
  const std::size_t key_bytes = GENERATE(16U, 24U, 32U);
  const std::size_t size = GENERATE(0U, 1U, 16U, 4096U);
  Aead aead(mode, Secret::copy_of(Bytes(key_bytes, 0x5a)));
  for (std::uint8_t round = 0; round < 3; ++round) {
    Aead::Binding binding;
    binding.iv.fill(round);
    const Bytes associated(round * 20U, 7);
    binding.associated = associated;
    const Bytes plain(size, round);
    Bytes sealed(size), opened(size);
    AeadTag tag = aead.seal(binding, plain, sealed);
    REQUIRE(aead.open(binding, tag, sealed, opened));
    CHECK(opened == plain);
    tag[round] ^= 4;
    CHECK_FALSE(aead.open(binding, tag, sealed, opened));
    tag[round] ^= 4;
    if (size != 0) {
      sealed[size / 2] ^= 1;
      CHECK_FALSE(aead.open(binding, tag, sealed, opened));
      sealed[size / 2] ^= 1;
    }
    binding.iv[3] ^= 1;
    CHECK_FALSE(aead.open(binding, tag, sealed, opened));
    binding.iv[3] ^= 1;
    REQUIRE(aead.open(binding, tag, sealed, sealed));
    CHECK(sealed == plain);
  }
}

TEST_CASE("A CCM message of 16 MiB is refused") {
  Aead aead(AeadMode::kCcm, Secret::copy_of(Bytes(16, 1)));
  Bytes block(16U << 20);
  CHECK_THROWS_AS(aead.seal({}, block, block), Error);
}
