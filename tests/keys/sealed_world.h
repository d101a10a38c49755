// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalog/commit.h"
#include "catalog/initialize.h"
#include "keys/master_key.h"
#include "keys/sealed_stream.h"
#include "keys/verifier.h"
#include "replicate/receive_job.h"
#include "support/memory_storage.h"
#include "support/streams.h"

namespace sealift::keys::test {

using sealift::test::MemoryStorage;

constexpr std::uint64_t kSuites[] = {3, 4, 5, 6, 7, 8};

/// A little of everything that metadata can say: types that are encrypted and not, one to three
/// pointers, levels 1 to 3, holes, a spill block, a large dnode, two dnode blocks.
inline std::vector<PlainObject> small_objects(std::uint8_t contents) {
  const auto full = [contents](std::uint64_t block, ByteSpan into) {
    std::fill(into.begin(), into.end(), static_cast<std::uint8_t>(contents + block));
    return true;
  };
  const auto with_holes = [full](std::uint64_t block, ByteSpan into) {
    return (block % 3 == 0 || block > 32) && full(block, into);
  };
  std::vector<PlainObject> objects(5);
  objects[0] = {1, 1, 0, 512, objset::kMinIndirectShift, 1, 2, 0, 0, full};
  objects[1].object = 2;
  objects[1].blocks = 35;
  objects[1].fill = with_holes;
  objects[2].object = 4;
  objects[2].spill_bytes = 512;
  objects[2].fill = full;
  objects[3].object = 6;
  objects[3].slots = 2;
  objects[3].fill = full;
  objects[4].object = 40;
  objects[4].type = 20;  // directory
  objects[4].fill = full;
  return objects;
}

/// Two snapshots' worth of the same objects, sealed with the same key, in a vault in memory:
/// tank/now@s2 and, of an earlier time, tank/then@s1.
class SealedWorld {
 public:
  SealedWorld(std::uint64_t suite, vault::ChecksumKind checksum)
      : sealer_(suite, suite), storage_(sealift::test::new_memory_vault({checksum, 1U << 20})) {
    vault_ = vault::Vault::open(storage_, vault::Access::kWrite, os::system_clock());
    catalog::initialize(*vault_, {1'700'000'000, 1});
    receive("tank/then", "s1", 1);
    receive("tank/now", "s2", 101);
    vault_->refresh();
    key_.emplace(open_key(catalog()).value());
    now_ = snapshot("tank/now").objset;
    then_ = snapshot("tank/then").objset;
  }

  vault::Vault& vault() const { return *vault_; }
  const std::shared_ptr<MemoryStorage>& storage() const { return storage_; }
  const vault::BlockPointer& now() const { return now_; }
  const vault::BlockPointer& then() const { return then_; }
  const MasterKey& key() const { return *key_; }

  catalog::Catalog catalog() const { return catalog::open_catalog(*vault_); }

  /// The first fault of the object set at `root`; nothing if it is proved.
  std::optional<Fault> fault_of(const vault::BlockPointer& root,
                                const objset::ObjectSet* known = nullptr) {
    std::optional<Fault> first;
    const auto on_fault = [&](const Fault& fault) {
      if (!first) first = fault;
    };
    try {
      Verifier(*vault_, &*key_, Depth::kBlocks, on_fault)
          .verify(objset::read_object_set(*vault_, root), known);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kDamaged) throw;
      on_fault({{}, {}, error.what()});
    }
    return first;
  }

  /// What `verify` would find in another's storage, from the newest uberblock on.
  static bool is_proved(const SealedWorld& original,
                        const std::shared_ptr<MemoryStorage>& storage) {
    try {
      const auto vault = vault::Vault::open(storage, vault::Access::kRead, os::system_clock());
      // A lost uberblock leaves the state before; `sealift status` tells.
      if (vault->intact_uberblocks() < original.vault_->intact_uberblocks()) return false;
      const auto catalog = catalog::open_catalog(*vault);
      const auto record = catalog.get(original.full_name("tank/now"));
      const auto wrapping = catalog.wrapping(record.id, record.key->own);
      const auto key = original.unwrap(wrapping.value());
      if (!key) return false;
      bool is_right = true;
      Verifier verifier(*vault, &*key, Depth::kBlocks, [&](const Fault&) { is_right = false; });
      verifier.verify(
          objset::read_object_set(*vault, catalog.find_snapshot(record.id, "s2").value().objset));
      return is_right;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kDamaged) throw;
      return false;
    }
  }

 private:
  void receive(const std::string& dataset, const std::string& name, std::uint8_t contents) {
    sealift::test::MemorySink sink;
    sealer_.write(sink, dataset + '@' + name, small_objects(contents));
    sealift::test::MemorySource source(sink.bytes());
    ReceiveRequest request;
    request.target = vault_->identity().name;
    request.naming = ReceiveNaming::kDropFirst;
    const ReceiveObserver observer;
    replicate::ReceiveJob({*vault_, source, observer, os::system_clock()}, request,
                          {1'700'000'000, contents})
        .run();
  }
  std::string full_name(const std::string& dataset) const {
    return vault_->identity().name + dataset.substr(dataset.find('/'));
  }
  catalog::SnapshotRecord snapshot(const std::string& dataset) const {
    const auto record = catalog().get(full_name(dataset));
    return catalog().newest_snapshot(record.id).value();
  }
  std::optional<MasterKey> open_key(const catalog::Catalog& catalog) const {
    const auto record = catalog.get(full_name("tank/now"));
    return unwrap(catalog.wrapping(record.id, record.key->own).value());
  }
  std::optional<MasterKey> unwrap(const catalog::Wrapping& wrapping) const {
    return MasterKey::unwrap(wrapping,
                             WrappingKey::from_bytes(crypto::Secret::copy_of(sealer_.material())));
  }

  StreamSealer sealer_;
  std::shared_ptr<MemoryStorage> storage_;
  std::unique_ptr<vault::Vault> vault_;
  std::optional<MasterKey> key_;
  vault::BlockPointer now_;
  vault::BlockPointer then_;
};

}  // namespace sealift::keys::test
