// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataset/block_makers.h"
#include "dataset/block_overlay.h"
#include "dataset/head_writer.h"
#include "dataset/put_volume.h"

namespace sealift::dataset {

/// A volume's head, to which an overlay may be committed. One thread.
class VolumeHead {
 public:
  /// Throws Error as put() does, and kUsage for what is no volume. `vault` must outlive this.
  VolumeHead(vault::Vault& vault, const std::string& dataset, const KeyAccess& key);

  const VolumeShape& shape() const { return shape_; }
  /// What it holds now; null: nothing yet.
  Plaintext* contents() { return writer_.before(); }
  /// With which blocks are opened; null: it is not encrypted.
  const keys::MasterKey* key() const { return writer_.key(); }
  const vault::BlockPointer& root() const { return writer_.dataset().head.objset; }

  /// Makes what the volume holds, with the overlay's blocks in place of its own, the new head, in
  /// one commit; nothing where they are equal. Returns the bytes of blocks that are new. Nothing
  /// else may be called after it. Throws Error(kState) where the head changed meanwhile.
  std::uint64_t commit(const BlockOverlay& overlay, const Moment& moment);

 private:
  struct Changed {
    std::uint64_t block;
    Bytes bytes;
  };
  void write_run(const BlockOverlay& overlay, std::uint64_t first, std::uint64_t end);
  void write_batch(const std::vector<Changed>& batch);
  void punch_run(std::uint64_t first, std::uint64_t end);
  bool is_equal(const Changed& changed);
  std::uint64_t blocks() const;

  HeadWriter writer_;
  VolumeShape shape_;
  ObjectPtr before_;  ///< null: there is nothing yet
  BlockMakers makers_;
  std::uint64_t written_bytes_ = 0;
  bool is_changed_ = false;
};

}  // namespace sealift::dataset
