// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <map>
#include <random>

#include "support/memory_storage.h"
#include "vault/transaction.h"
#include "vault/tree.h"
#include "vault/vault_impl.h"

namespace sealift::vault::test {

using sealift::test::MemoryStorage;
using sealift::test::new_memory_vault;

/// What a tree must hold.
using Model = std::map<std::string, std::string>;

class FixedClock final : public os::Clock {
 public:
  std::int64_t now_seconds() const override { return 1'700'000'000; }
};
inline const FixedClock kClock;

inline std::unique_ptr<Vault> open(const std::shared_ptr<MemoryStorage>& storage,
                                   Access access = Access::kWrite) {
  return Vault::open(storage, access, kClock);
}

inline Model contents(const Tree& tree) {
  Model found;
  tree.scan("", [&](std::string_view key, std::string_view value) {
    found.emplace_hint(found.end(), key, value);
    return true;
  });
  return found;
}

inline Model contents(const Vault& vault) {
  return contents(Tree(vault, vault.root().catalog));
}

/// Writes the tree and commits it as the vault's catalog.
inline void commit(Vault& vault, Appender& appender, Tree& tree) {
  Transaction transaction(vault, appender);
  const BlockPointer root = tree.flush(appender);
  for (const BlockPointer& old : tree.take_replaced()) transaction.release(old);
  transaction.commit(root);
}

/// Commits the state that is there anew.
inline void commit_nothing(Vault& vault) {
  Appender appender(vault);
  Transaction transaction(vault, appender);
  transaction.commit(transaction.base().catalog);
}

/// Bytes of blocks that are live or wait to be freed, by the books of the segments and by the
/// vault's totals; the two must agree.
inline std::uint64_t used_in_segments(const Vault& vault) {
  const Uberblock& state = vault.impl().uberblock();
  const SpaceMap space = vault.impl().space_of(state);
  std::uint64_t used = 0;
  for (const std::uint32_t id : space.all_segments()) used += space.segment(id)->used;
  for (const SegmentGrowth& growth : vault.impl().tail_of(state).growth) used += growth.added;
  return used;
}

inline std::uint64_t used_in_total(const Vault& vault) {
  return vault.space().allocated_bytes + vault.space().pending_bytes;
}

inline Bytes noise(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

inline std::string numbered(unsigned n) {
  return fmt::format("k{:08}", n);
}

}  // namespace sealift::vault::test
