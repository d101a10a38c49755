// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>

#include "catalog/records.h"
#include "crypto/aead.h"
#include "keys/master_key.h"
#include "replicate/key_lineage.h"
#include "stream/nvlist.h"
#include "stream/record.h"

namespace sealift::model {

using Random = std::mt19937_64;

/// `size` bytes that follow from `seed`.
Bytes expand(std::uint64_t seed, std::size_t size);

/// A number that stands for 32 bytes; 0 is none.
using WrappingKeyId = std::uint64_t;
keys::WrappingKey wrapping_key(WrappingKeyId id);

/// Randomness that a seed decides.
class SeededRandom final : public os::Random {
 public:
  explicit SeededRandom(model::Random& random) : random_(random) {}
  void fill(ByteSpan into) const override;

 private:
  model::Random& random_;
};

/// What one snapshot holds: files of one block each. Number of the object to the seed that its
/// plaintext follows from, and how it was sealed.
struct SealedFile {
  std::uint64_t seed = 0;
  stream::Sealing sealing;
  Bytes sealed;  ///< the block
};
struct Contents {
  std::map<std::uint64_t, SealedFile> files;

  static constexpr std::size_t kBlockBytes = 512;
  static constexpr std::size_t kBonusBytes = 320;
  static Bytes block(std::uint64_t seed) { return expand(seed, kBlockBytes); }
  static Bytes bonus(std::uint64_t seed) { return expand(~seed, kBonusBytes); }
};

/// A master key that is new in the world, wrapped under `wrapping`.
catalog::Wrapping make_key(model::Random& random, WrappingKeyId wrapping,
                           const keys::Derivation& derivation);

/// What a stream is to say beside its contents.
struct StreamFacts {
  std::string to_name;
  std::uint64_t to_guid = 0;
  std::uint64_t from_guid = 0;
  std::uint64_t to_ivset = 0;
  std::uint64_t from_ivset = 0;
  catalog::Wrapping wrapping;
  std::optional<replicate::KeyLineage> lineage;
};

/// Somebody with a key who writes: makes raw streams as real ZFS would, every MAC right.
class Sealer {
 public:
  Sealer(const keys::MasterKey& key, model::Random& random) : key_(key), random_(random) {}

  /// `before` with some files changed, added and removed.
  Contents write(const Contents& before);
  /// The stream that makes `after` of `before`, which is empty for a full one.
  Bytes make_stream(const StreamFacts& facts, const Contents& before, const Contents& after);

 private:
  SealedFile seal(std::uint64_t seed);
  crypto::Aead cipher(const stream::Salt& salt) const;

  const keys::MasterKey& key_;
  model::Random& random_;
};

}  // namespace sealift::model
