// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>

#include "vault/storage.h"

namespace sealift::test {

/// What a MemoryStorage throws when its power fails.
struct PowerFailure {};

/// A vault's storage in memory that forgets what was not synced. Every operation that changes
/// something has a number; at the number chosen the power fails: that operation and all later ones
/// throw PowerFailure. `after_crash` is what the disk holds then: all that was synced, and of the
/// writes, cuts and deletions since the last sync of their segment a random subset, in no order,
/// writes perhaps only in part.
class MemoryStorage final : public vault::Storage {
 public:
  MemoryStorage(Bytes identity, Bytes roots);
  ~MemoryStorage() override;

  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  void fail_at(std::uint64_t operation);
  std::uint64_t operations() const;
  /// Bytes of segments and of what is set aside at most; a write beyond throws Error(kRetry), as a
  /// full disk does.
  void limit_bytes(std::uint64_t limit);

  std::shared_ptr<MemoryStorage> after_crash(std::uint32_t seed) const;
  /// What is set aside: nothing, unless a test says how much.
  void set_reserve(std::uint64_t bytes);

  /// False in a storage in which a vault is only being made.
  bool has_identity() const;
  /// An exact copy of what is visible now, without locks.
  std::shared_ptr<MemoryStorage> copy() const;

  /// For tests that damage or inspect: the bytes of a segment as a reader sees them.
  std::map<std::uint32_t, Bytes> contents() const;
  void overwrite(std::uint32_t segment, std::uint64_t offset, ByteView bytes);
  std::set<std::pair<std::uint32_t, std::uint64_t>> punched_pages() const;

  Bytes read_identity() const override;
  void publish_identity(ByteView bytes) override;
  Bytes read_roots() const override;
  void publish(std::size_t slot, ByteView bytes) override;
  std::vector<SegmentFile> segments() const override;
  std::optional<std::size_t> read(std::uint32_t segment, std::uint64_t offset,
                                  ByteSpan into) const override;
  std::unique_ptr<vault::SegmentWriter> claim(std::uint32_t segment) override;
  std::unique_ptr<vault::SegmentWriter> create(std::uint32_t from) override;
  void keep_reserve() override;
  std::unique_ptr<vault::SegmentWriter> create_from_reserve(std::uint32_t from) override;
  void punch(std::uint32_t segment, std::uint64_t offset, std::uint64_t length) override;
  std::unique_ptr<vault::Hold> lock_writer() override;
  std::unique_ptr<vault::Hold> hold(vault::Txg txg) override;
  std::optional<vault::Txg> oldest_hold() const override;

  struct State;

 private:
  explicit MemoryStorage(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// A new vault in memory.
struct MemoryVaultOptions {
  vault::ChecksumKind checksum = vault::ChecksumKind::kSha256;
  std::uint64_t segment_bytes = 1U << 20;
};
/// A place in memory where there is no vault yet.
std::shared_ptr<MemoryStorage> empty_memory();
std::shared_ptr<MemoryStorage> new_memory_vault(const MemoryVaultOptions& options = {});

}  // namespace sealift::test
