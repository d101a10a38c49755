// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "dataset/block_maker.h"
#include "keys/block_cipher.h"
#include "objset/block_tree.h"

namespace sealift::dataset {

/// What new contents are made with. All must outlive what is made; `key` is null for a dataset
/// that is not encrypted.
struct WriterTools {
  const vault::BlockReader& reader;
  vault::Appender& appender;
  objset::Ledger& ledger;
  const keys::MasterKey* key = nullptr;
  const os::Random& random;
};

/// How an object begins.
struct NewObject {
  std::uint32_t type = 0;
  std::uint32_t block_size = 512;  ///< bytes
  std::uint32_t bonus_type = 0;
  std::uint32_t bonus_length = 0;  ///< decides how many pointers it has
};

/// Makes an object set out of the one before it, or out of nothing, as OpenZFS would have: objects
/// and their dnodes in the clear go in, sealed blocks come out.
///
/// 1. Nothing is overwritten, and only finish() names a root: what throws leaves all as it was.
/// 2. A block of dnodes is opened when one of its dnodes is wanted, and sealed anew, as a whole,
///    when it leaves memory changed; so few of them are in memory, however many there are.
/// 3. A block's MAC goes into its parent's, up to the portable MAC, which finish() computes.
/// One thread.
class SetWriter {
 public:
  /// An object set that stands, and the birth of its root block.
  struct Base {
    vault::BlockPointer root;
    objset::Birth birth;
  };
  /// Goes on from `base`. Throws Error(kRefused) where its blocks are of the other byte order,
  /// kDamaged, kWrongKey.
  SetWriter(const WriterTools& tools, const Base& base);
  /// Begins an empty one, of objset_type `type`, whose master key is wrapped as `wrapping` says.
  SetWriter(const WriterTools& tools, std::uint32_t type, const catalog::Wrapping* wrapping);
  ~SetWriter();
  SetWriter(const SetWriter&) = delete;
  SetWriter& operator=(const SetWriter&) = delete;

  // -- Objects. What a function returns is valid until the next call of any. ----------------

  /// With its bonus in the clear; null if there is none.
  const objset::Dnode* find(std::uint64_t object);
  /// To be changed: the bonus and what is told of it. Throws Error(kDamaged) where there is none.
  objset::Dnode& edit(std::uint64_t object);
  /// A number that no object has, for one whose dnode takes `slots`.
  std::uint64_t allocate(std::uint8_t slots = 1);
  /// The same for a number that has to be this one.
  void claim(std::uint64_t object, std::uint8_t slots = 1);
  objset::Dnode& create(std::uint64_t object, const NewObject& fresh);
  void remove(std::uint64_t object);

  // -- Blocks ----------------------------------------------------------------------------------

  /// The entry of a block; a hole where there is none.
  objset::Entry entry(std::uint64_t object, std::uint64_t block);
  /// Stores block number `block` of an object, whose size it has.
  void write(std::uint64_t object, std::uint64_t block, MadeBlock made);
  /// Turns blocks [first, end) into holes.
  void punch(std::uint64_t object, std::uint64_t first, std::uint64_t end);
  /// Frees all blocks from `end` on; the last one is then `end` - 1, or 0.
  void truncate(std::uint64_t object, std::uint64_t end);
  /// Frees all blocks and gives the object blocks of another size.
  void reshape(std::uint64_t object, std::uint32_t block_size);
  /// The object has blocks up to this one, be they holes.
  void extend(std::uint64_t object, std::uint64_t last_block);
  /// Replaces the spill block, or removes it where `made` is null.
  void put_spill(std::uint64_t object, const MadeBlock* made);

  BlockMaker& maker() { return maker_; }
  keys::BlockCipher* cipher() { return cipher_ ? &*cipher_ : nullptr; }
  const objset::ObjectSet& object_set() const { return set_; }
  /// Of the blocks that were written, in bytes.
  std::uint32_t largest_block() const { return largest_block_; }
  /// Says that streams of the contents need this feature (stream::feature).
  void need(std::uint64_t feature);

  /// The root of the new contents. Nothing may be called after it.
  vault::BlockPointer finish();

 private:
  struct OpenBlock {
    std::uint64_t number = 0;
    objset::DnodeBlock dnodes;  ///< bonuses in the clear
    objset::Entry entry;
    bool touched = false;
  };
  using OpenBlocks = std::list<OpenBlock>;
  struct OpenTree {
    std::uint64_t object = 0;
    std::unique_ptr<objset::BlockTree> tree;
  };

  objset::EditContext context() { return {tools_.reader, tools_.appender, tools_.ledger}; }
  void begin_tree();
  OpenBlock& open(std::uint64_t number);
  void unseal(OpenBlock& block);
  void close(OpenBlock& block);
  void close_oldest();
  objset::BlockTree& tree_of(std::uint64_t object);
  void close_tree();
  void note_room(const OpenBlock& block);
  void fit_levels(std::uint64_t object, std::uint64_t block);
  void drop_spill(objset::Dnode& dnode);
  void update_payload();

  WriterTools tools_;
  BlockMaker maker_;
  std::optional<keys::BlockCipher> cipher_;
  objset::Entry root_;
  objset::ObjectSet set_;
  std::unique_ptr<objset::BlockTree> meta_;
  OpenBlocks open_;  ///< used last first
  std::unordered_map<std::uint64_t, OpenBlocks::iterator> by_number_;
  OpenTree tree_;
  std::uint32_t largest_block_ = 0;
  std::set<std::uint64_t> with_room_;  ///< blocks of dnodes that were open and have free slots
};

}  // namespace sealift::dataset
