// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "keys/block_cipher.h"
#include "objset/object_set.h"
#include "vault/vault.h"

namespace sealift::dataset {

/// An object, with its bonus in the clear.
struct Object {
  std::uint64_t number = 0;
  objset::Dnode dnode;                  ///< its own bonus, which may be sealed, left out
  Bytes bonus;                          ///< `bonus_length` bytes
  Endian byte_order = Endian::kLittle;  ///< of the bonus

  std::uint32_t block_size() const { return dnode.block_size; }
  std::uint64_t blocks() const { return dnode.max_block + 1; }
};
using ObjectPtr = std::shared_ptr<const Object>;

/// A block in the clear.
struct Block {
  Bytes bytes;
  Endian byte_order = Endian::kLittle;
};

/// What the blocks of an object set hold, decrypted and decompressed. What a hostile sender may
/// have written is checked as far as sizes go: who reads these bytes checks them. All errors
/// are Error(kDamaged) naming the object, but for kState where a block was redacted.
///
/// One thread; several may each have their own of the same vault, set and key.
class Plaintext {
 public:
  /// `key` is needed where the set is sealed, and may be null where it is not; both it and `vault`
  /// must outlive this. Throws Error(kWrongKey) where it is needed and null.
  Plaintext(const vault::Vault& vault, const vault::BlockPointer& root, const keys::MasterKey* key);

  const objset::ObjectSet& set() const { return set_; }
  const vault::Vault& vault() const { return vault_; }

  /// Null if there is none.
  ObjectPtr find(std::uint64_t number);
  /// Throws Error(kDamaged) if there is none.
  ObjectPtr get(std::uint64_t number);

  /// The pointer to level-0 block `block` of an object; a hole where there is none.
  objset::Entry entry(const Object& object, std::uint64_t block);
  /// `block_size` bytes; nothing where the block is a hole.
  std::optional<Block> read(const Object& object, std::uint64_t block);
  /// The spill block; nothing if the object has none.
  std::optional<Block> read_spill(const Object& object);

  /// Opens what the vault has at `entry`, a block of `object`'s data, into `plain`, which is
  /// block_size() long. For callers which read ahead.
  void open(const Object& object, const objset::Entry& entry, ByteView stored, ByteSpan plain);

  /// Where a way down the tree over the blocks of dnodes ends.
  struct Step {
    objset::Entry entry;
    unsigned level = 0;
  };
  /// Goes down towards block `block`, as far as there are nodes, or until `stop` of an entry is
  /// true. A hole where the tree has no such block.
  using Stop = std::function<bool(const objset::Entry&)>;
  Step descend(std::uint64_t block, const Stop& stop);

  /// The entries of an indirect block; valid as long as it is held.
  using Node = std::shared_ptr<const std::vector<objset::Entry>>;
  Node node(const objset::Entry& pointer, const objset::Geometry& geometry);

 private:
  struct DnodeBlock {
    std::uint64_t number;
    std::map<std::uint32_t, ObjectPtr> objects;  ///< by slot
  };
  struct TreeView {
    const objset::Geometry& geometry;
    const std::vector<objset::Entry>& pointers;
  };
  /// Of what is read.
  struct Kind {
    std::uint32_t type;
    objset::Entry entry;
  };

  Step descend(const TreeView& tree, std::uint64_t block, const Stop& stop);
  const DnodeBlock& dnodes(std::uint64_t number);
  DnodeBlock read_dnodes(std::uint64_t number);
  void open_bonuses(const objset::Entry& entry, objset::DnodeBlock& block,
                    std::uint64_t first_object);
  void open_block(const Kind& kind, ByteView stored, ByteSpan plain);

  const vault::Vault& vault_;
  objset::ObjectSet set_;
  std::optional<keys::BlockCipher> cipher_;
  std::list<DnodeBlock> dnodes_;  ///< the last ones used, newest first
  std::map<std::uint64_t, std::list<DnodeBlock>::iterator> dnodes_by_number_;
  struct CachedNode {
    vault::BlockPointer where;
    Node node;
  };
  std::vector<CachedNode> nodes_;
  std::size_t next_node_ = 0;  ///< that is replaced next
  Bytes opened_;
};

}  // namespace sealift::dataset
