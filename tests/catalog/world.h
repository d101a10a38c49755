// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/error.h"
#include "catalog/catalog.h"
#include "objset/object_set.h"
#include "vault/vault.h"

namespace sealift::catalog::test {

/// Nothing is ever flushed, so all that is ever read is what a head's root says of it: nothing.
class EmptyRoots : public vault::BlockReader {
 public:
  Bytes read(const BlockPointer&) const override {
    objset::ObjectSet set;
    set.pointers.resize(set.geometry.pointers);
    return objset::encode_object_set(set);
  }
};

/// A catalog that lives in memory, with the root dataset "dr".
class World {
 public:
  World() : catalog(blocks_, {}) {
    DatasetRecord root;
    root.name = "dr";
    catalog.add_dataset(root);
  }

  /// Adds an empty dataset; its parent must be there.
  DatasetRecord create(const std::string& name) {
    const auto slash = name.rfind('/');
    DatasetRecord fresh;
    fresh.parent = catalog.get(name.substr(0, slash)).id;
    fresh.name = name.substr(slash + 1);
    fresh.guid = ++last_guid_;
    return catalog.add_dataset(fresh);
  }

  DatasetRecord clone(const std::string& origin, const std::string& name) {
    const auto slash = name.rfind('/');
    DatasetRecord fresh;
    fresh.parent = catalog.get(name.substr(0, slash)).id;
    fresh.name = name.substr(slash + 1);
    fresh.origin = at(origin).id;
    return catalog.add_dataset(fresh);
  }

  /// A snapshot as a receive makes it: `bytes` new ones beside all that was there, less `dead`.
  SnapshotRecord receive(const std::string& name, std::uint64_t bytes, const DeadBytes& dead = {}) {
    const auto sign = name.find('@');
    const DatasetRecord owner = catalog.get(name.substr(0, sign));
    NewSnapshot fresh;
    fresh.record.id = {owner.id, owner.next_birth};
    fresh.record.name = name.substr(sign + 1);
    fresh.record.guid = ++last_guid_;
    fresh.record.objset = new_block();
    fresh.record.referenced_bytes = owner.head.referenced_bytes + bytes - total(dead);
    fresh.dead = dead;
    return catalog.add_snapshot(fresh, Txg{++last_txg_});
  }

  SnapshotRecord at(const std::string& name) const {
    const auto sign = name.find('@');
    return catalog.find_snapshot(catalog.get(name.substr(0, sign)).id, name.substr(sign + 1))
        .value();
  }

  BlockPointer new_block() { return {1, 512, 512 * ++last_block_, {}}; }

 private:
  EmptyRoots blocks_;
  std::uint64_t last_guid_ = 100;
  std::uint64_t last_txg_ = 0;
  std::uint64_t last_block_ = 0;

 public:
  Catalog catalog;
};

}  // namespace sealift::catalog::test
