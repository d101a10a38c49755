// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "keys/mac_tree.h"
#include "keys/master_key.h"
#include "keys/record_opener.h"
#include "stream/reader.h"

namespace sealift::keys {

/// Proves one raw substream by its records alone, as they come.
///
/// 1. The block in every record is opened when it comes.
/// 2. Of a full stream a block of dnodes is complete, and opened, when the next OBJECT_RANGE or END
///    comes; the portable MAC is compared at END. In memory are the dnodes of one block, and one
///    hash for each level of one object's tree and of the meta-dnode's.
/// 3. Of an increment, or a stream that goes on, the dnodes name blocks which are not in it: what
///    vouches for these and for their places needs the snapshot before.
class StreamProver {
 public:
  /// After the reader gave the substream's BEGIN. Throws Error(kDamaged) where its payload does
  /// not describe the meta-dnode.
  StreamProver(MasterKey key, const stream::Reader& reader, const stream::Reader::Item& begin);

  /// All the others; END is the last. They passed stream::Rules. Throws Error(kDamaged) for what is
  /// not what was sealed.
  void apply(const stream::Record& record, ByteView payload);

  /// Whether all of the snapshot comes in the stream.
  bool is_whole() const { return meta_.has_value(); }

 private:
  struct OpenBlock {
    std::uint64_t number = 0;
    objset::Entry entry;
    objset::DnodeBlock dnodes;
    std::map<std::uint32_t, DnodePointers> pointers;
  };
  struct OpenObject {
    std::uint32_t slot = 0;
    objset::Dnode* dnode = nullptr;
    MacTree tree;
  };

  void follow(const stream::ObjectRange& record);
  void follow(const stream::Object& record, ByteView payload);
  void follow(const stream::Write& record, ByteView payload);
  void follow(const stream::Spill& record, ByteView payload);
  void close_object();
  void close_block();
  void finish();
  Endian order_of(std::uint8_t record_flags) const;

  MasterKey key_;
  BlockCipher cipher_;
  RecordOpener opener_;
  objset::ObjectSet set_;
  std::optional<MacTree> meta_;
  std::optional<OpenBlock> block_;
  std::optional<OpenObject> object_;
};

}  // namespace sealift::keys
