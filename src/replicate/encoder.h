// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "objset/walk.h"
#include "replicate/outbox.h"

namespace sealift::replicate {

/// What an encoder must know of the stream beside the walk.
struct EncoderOptions {
  std::uint64_t to_guid = 0;
  objset::Birth after;             ///< births up to this one are on the other side already
  std::uint64_t object_limit = 0;  ///< objects that cannot exist are not freed
  Endian byte_order = Endian::kLittle;
  bool is_raw = false;
};

/// Turns a walk over an object set into the records that OpenZFS's sender makes of the same walk
/// (module/zfs/dmu_send.c): same order, same ranges of holes, neighbouring FREEs, FREEOBJECTS and
/// REDACTs run together. The visitor of objset::Walker.
class Encoder {
 public:
  Encoder(const EncoderOptions& options, Outbox& outbox) : options_(options), outbox_(outbox) {}

  void dnode_block(std::uint64_t first_object, const objset::Entry& entry);
  void free_slot(std::uint64_t object) { free_objects(object, 1); }
  void object(std::uint64_t number, const objset::Dnode& dnode);
  void hole(const objset::Dnode& dnode, std::uint64_t object, objset::Geometry::Blocks blocks);
  void redacted(const objset::Dnode& dnode, std::uint64_t object, objset::Geometry::Blocks blocks);
  void data(const objset::Dnode& dnode, std::uint64_t object, std::uint64_t block,
            const objset::Entry& entry);
  void spill(std::uint64_t object, const objset::Entry& entry);
  void meta_hole(objset::Geometry::Blocks blocks);

  /// Puts the last pending record; call it after the walk.
  void finish() { put_pending(); }

 private:
  void free(stream::Free record);
  void embedded(std::uint64_t object, std::uint64_t offset, const objset::Entry& entry);
  void free_objects(std::uint64_t first, std::uint64_t count);
  void put_pending();
  std::uint8_t byteswap_flag(const objset::Entry& entry) const;

  EncoderOptions options_;
  Outbox& outbox_;
  objset::Entry block_of_dnodes_;
  /// The run of frees that may still grow; monostate if there is none.
  std::variant<std::monostate, stream::Free, stream::FreeObjects, stream::Redact> pending_;
};

}  // namespace sealift::replicate
