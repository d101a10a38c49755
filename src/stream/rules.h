// SPDX-License-Identifier: Apache-2.0
// What every substream must keep to beyond framing and checksums: what OpenZFS's own
// receive demands (module/zfs/dmu_recv.c, cmd/zstream/zstream_validate.c), and what its
// send keeps to (module/zfs/dmu_send.c) and a receiver here relies on.
#pragma once

#include <optional>
#include <string>

#include "stream/nvlist.h"
#include "stream/record.h"

namespace sealift::stream {

/// Checks one substream, record by record. State does not grow with the stream.
///
/// Features and flags are known, fit together and to the payload; all records are of one
/// snapshot; objects come in rising order, in raw streams inside of the OBJECT_RANGE before
/// them; data belong to the OBJECT before them, at rising offsets; sizes are within what the
/// features, the dnode and the block allow; fields that only raw streams fill are zero in
/// others.
class Rules {
 public:
  /// A substream's BEGIN and its payload, if it has one. Throws kRefused for a feature that
  /// is unknown or cannot be honoured (named), kDamaged for what contradicts itself.
  Rules(const Begin& begin, const Nvlist* payload);

  /// The next record, END included. Throws kDamaged; the caller adds where.
  void check(const Record& record);

  bool is_raw() const { return raw_; }

 private:
  void check_begin(const Begin& begin) const;
  void check_payload(const Begin& begin, const Nvlist* payload) const;

  void check_one(const Begin& record) const;
  void check_one(const End& record) const;
  void check_one(const Object& record);
  void check_one(const ObjectRange& record);
  void check_one(const FreeObjects& record);
  void check_one(const Write& record);
  void check_one(const WriteByref& record);
  void check_one(const WriteEmbedded& record);
  void check_one(const Free& record);
  void check_one(const Redact& record);
  void check_one(const Spill& record);

  void check_object_sizes(const Object& record) const;
  void check_raw_object(const Object& record) const;
  void check_plain_object(const Object& record) const;
  void check_compression(std::uint8_t compression) const;
  void check_sealed_sizes(std::uint64_t logical, std::uint64_t stored) const;
  void check_range_order(std::uint64_t offset, std::uint64_t length);
  void check_current(std::uint64_t object) const;
  void check_data(std::uint64_t offset, std::uint64_t size);
  void advance_objects(std::uint64_t first, std::uint64_t count, const char* what);
  bool has(std::uint64_t features) const { return (features_ & features) != 0; }

  std::uint64_t features_;
  std::uint32_t flags_;
  std::uint64_t to_guid_;
  bool raw_;
  std::optional<std::uint64_t> records_guid_;

  std::uint64_t next_object_ = 0;  ///< objects below were dealt with
  std::uint64_t range_first_ = 0;  ///< of the current OBJECT_RANGE
  std::uint64_t range_end_ = 0;
  Object current_;              ///< the last OBJECT; object 0: none yet, or dealt with
  std::uint64_t data_end_ = 0;  ///< in the current object; data below were sent
  bool data_done_ = false;      ///< data reach the end of the 64-bit range
  bool spill_seen_ = false;
};

/// Whether `type` is one of OpenZFS's object types (include/sys/dmu.h).
bool is_object_type(std::uint32_t type);

/// The names of the feature flags in `bits`, "bit 31" for unknown ones.
std::string name_features(std::uint64_t bits);

/// The bytes a dnode of `slots` has for pointers beyond the first and the bonus.
constexpr std::uint32_t dnode_tail_size(std::uint32_t slots) {
  return slots * kDnodeSlotSize - kDnodeCoreSize - kBlockPointerSize;
}

/// The number of block pointers that OpenZFS gives a dnode.
std::uint32_t block_pointers_for(const Object& object);

}  // namespace sealift::stream
