// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "objset/block_tree.h"
#include "objset/object_set.h"
#include "stream/nvlist.h"

namespace sealift::objset {

/// Makes a snapshot's object set out of the one before it and the records of a substream.
///
/// The records must have passed stream::Rules: the editor relies on their order and on sizes
/// being sane, and checks what only the contents before can tell. Whatever it throws, the base
/// is untouched: nothing is overwritten, and only finish() names a root.
/// One thread.
class Editor {
 public:
  /// The snapshot that a stream builds on, or what an interrupted receive has so far.
  struct Base {
    vault::BlockPointer root;
    Birth birth;  ///< of the root block
  };
  /// Everything in `context` must outlive the editor. No `base` for a full stream.
  Editor(const EditContext& context, const std::optional<Base>& base);
  ~Editor();
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  /// Where WRITE_BYREF finds the blocks it names: the object set of another snapshot of the same
  /// package, by guid. Nothing where there is none.
  using FindObjectSet = std::function<std::optional<ObjectSet>(std::uint64_t guid)>;
  void resolve_references_with(FindObjectSet find);

  /// In a stream that goes on: this object's FREE to the end was applied before data came, and
  /// comes again now. Applied once more it would stamp the holes that came into being since.
  void keep_tail_of(std::uint64_t object) { kept_tail_ = object; }

  /// The substream's BEGIN; must come first. Throws Error(kDamaged, kRefused).
  void begin(const stream::Begin& begin, Endian byte_order,
             const std::optional<stream::UnpackedNvlist>& payload, ByteView packed);
  /// Any record between BEGIN and END.
  void apply(const stream::Record& record, ByteView payload);

  /// Writes what is in memory and returns the root's address: at the end of the stream, or at a
  /// point from which it may be resumed; the editor can then go on.
  vault::BlockPointer checkpoint();

  const ObjectSet& object_set() const { return set_; }

 private:
  void apply_record(const stream::Object& record, ByteView payload);
  void apply_record(const stream::FreeObjects& record);
  void apply_record(const stream::Write& record, ByteView payload);
  void apply_record(const stream::Free& record);
  void apply_record(const stream::WriteByref& record);
  void apply_record(const stream::Spill& record, ByteView payload);
  void apply_record(const stream::WriteEmbedded& record, ByteView payload);
  void apply_record(const stream::ObjectRange& record);
  void apply_record(const stream::Redact& record);

  void open_block(std::uint64_t block);
  void close_block();
  void open_object(std::uint64_t object, Dnode& dnode);
  void close_object();
  Dnode& require_current(std::uint64_t object) const;
  std::uint64_t block_number(const Dnode& dnode, std::uint64_t offset) const;
  [[noreturn]] void refuse_to_cut(std::uint64_t object) const;
  void cut(const stream::Write& record, ByteView payload);
  std::uint64_t end_block(const Dnode& dnode, std::uint64_t offset) const;

  Dnode& claim(std::uint32_t slot, std::uint32_t slots);
  std::uint32_t block_size_for(const Dnode& dnode, const stream::Object& record,
                               ByteView bonus) const;
  void reshape(Dnode& dnode, const stream::Object& record, std::uint32_t block_size);
  void drop_spill(Dnode& dnode);
  void drop_dnodes(std::uint32_t first_slot, std::uint32_t end_slot);
  void free_block_range(std::uint64_t first, std::uint64_t end);
  void retire_dnode(Dnode& dnode);
  void free_tail(Dnode& dnode, const stream::Free& record);
  void infer_levels(Dnode& dnode, std::uint64_t end_block);
  void grow(Dnode& dnode, std::uint8_t levels);
  Entry& new_entry(std::uint64_t object, std::uint64_t offset);
  Entry& new_spill(std::uint64_t object, std::uint64_t logical_size);
  bool is_unmodified_spill(const stream::WriteEmbedded& record, ByteView payload) const;
  Entry find_made(const Place& place);
  Entry find_referred(const stream::WriteByref& record);
  void store_payload(Entry& entry, ByteView payload);
  Endian order_of(std::uint8_t record_flags) const;

  EditContext context_;
  Entry root_;  ///< the last root, so that what replaces it can retire it
  ObjectSet set_;
  FindObjectSet find_object_set_;
  std::optional<std::uint64_t> kept_tail_;
  std::unique_ptr<BlockTree> meta_;
  std::optional<std::uint64_t> announced_block_;  ///< of the last OBJECT_RANGE
  struct OpenBlock {
    std::uint64_t number = 0;
    DnodeBlock dnodes;
    Entry entry;
    bool touched = false;
  };
  std::optional<OpenBlock> block_;
  struct OpenObject {
    std::uint64_t number = 0;
    Dnode* dnode = nullptr;
    std::unique_ptr<BlockTree> tree;
    bool tail_freed = false;
    bool has_more = false;  ///< data or holes came behind that
  };
  std::optional<OpenObject> object_;
  // Of the open object:
  bool keeps_small_blocks_ = false;  ///< its blocks are smaller than those of the sender's stream
  bool may_be_cut_ = false;          ///< its blocks may be smaller than those at the sender
};

}  // namespace sealift::objset
