// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "objset/editor.h"
#include "objset/object_set.h"
#include "stream/reader.h"
#include "support/streams.h"
#include "support/temp_directory.h"
#include "vault/vault.h"

namespace sealift::objset::test {

/// A vault of its own, gone at the end.
class World {
 public:
  World() {
    vault::Vault::init(directory_ / "v", {"dr", vault::ChecksumKind::kSha256});
    vault_ = vault::Vault::open(directory_ / "v", vault::Access::kWrite);
    appender_ = std::make_unique<vault::Appender>(*vault_);
  }

  EditContext context() { return {*vault_, *appender_, ledger}; }
  vault::Vault& vault() { return *vault_; }

  /// Starts the next receive of a lineage: a ledger of its own.
  void next(std::uint64_t birth) {
    ledger = Ledger{};
    ledger.birth = Birth{birth};
  }

  Ledger ledger;

 private:
  sealift::test::TempDirectory directory_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<vault::Appender> appender_;
};

/// One received state of a lineage.
struct State {
  vault::BlockPointer root;
  Birth birth;
  Ledger ledger;
};

/// Applies the substream in `bytes` to `base`.
inline State receive(World& world, ByteView bytes, const State* base) {
  sealift::test::MemorySource source(bytes);
  stream::Reader reader(source);
  const stream::Reader::Item* item = reader.next();
  world.next(base == nullptr ? 1 : base->birth.value + 1);
  std::optional<Editor::Base> from;
  if (base != nullptr) from = Editor::Base{base->root, base->birth};
  Editor editor(world.context(), from);
  editor.begin(std::get<stream::Begin>(item->record), reader.endian(), reader.begin_payload(),
               item->payload);
  while ((item = reader.next()) != nullptr && !std::holds_alternative<stream::End>(item->record))
    editor.apply(item->record, item->payload);
  const vault::BlockPointer root = editor.checkpoint();
  return {root, world.ledger.birth, world.ledger};
}

/// A block's address; two blocks never share one.
using Address = std::tuple<std::uint32_t, std::uint64_t, std::uint32_t>;
inline Address address(const vault::BlockPointer& where) {
  return {where.segment, where.offset, where.length};
}

/// Every block that an object set reaches, found by reading all of it.
class Reach {
 public:
  Reach(const vault::BlockReader& reader, const vault::BlockPointer& root) : reader_(reader) {
    blocks.insert(address(root));
    const ObjectSet set = read_object_set(reader, root);
    for (const Entry& entry : set.pointers)
      visit(entry, set.geometry, set.geometry.levels - 1U, true);
  }
  std::set<Address> blocks;
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const Address& block : blocks) sum += std::get<2>(block);
    return sum;
  }

 private:
  void visit(const Entry& entry, const Geometry& geometry, unsigned level, bool is_meta) {
    if (entry.where.is_null()) return;
    blocks.insert(address(entry.where));
    if (level > 0) {
      for (const Entry& child : read_node(reader_, entry, geometry))
        visit(child, geometry, level - 1, is_meta);
    } else if (is_meta) {
      for (const auto& [slot, dnode] : read_dnode_block(reader_, entry)) {
        for (const Entry& pointer : dnode.pointers)
          visit(pointer, dnode.geometry, dnode.geometry.levels - 1U, false);
        visit(dnode.spill, dnode.geometry, 0, false);
      }
    } else {
      reader_.read(entry.where);
    }
  }

  const vault::BlockReader& reader_;
};

}  // namespace sealift::objset::test
