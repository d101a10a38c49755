// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dataset/file_system.h"
#include "dataset/zap_object.h"
#include "dataset/znode_writer.h"

namespace sealift::dataset {

/// Writes a file system's objects (module/os/linux/zfs/zfs_znode_os.c, zfs_create_fs): which files
/// there are, and what is in them, is the caller's. All arguments must outlive it; one thread.
class FileSystemWriter {
 public:
  /// `before` is null for a new file system; new files have dnodes of `dnode_size`, the property's
  /// value. Throws Error(kRefused) for one that was made in a way
  /// which is only read here: names compared in another way than byte for byte, or files without
  /// system attributes.
  FileSystemWriter(SetWriter& writer, Plaintext* before, std::uint64_t dnode_size);

  std::uint64_t root() const { return root_; }
  SetWriter& writer() { return writer_; }

  /// A new file or directory of this mode, without contents and attributes yet.
  std::uint64_t create(std::uint32_t mode);
  void put_attributes(std::uint64_t object, const NewFile& file);
  /// Gives a directory these names; `before` is the object as it was, if it was there.
  void put_names(std::uint64_t object, std::vector<ZapItem> items, ObjectPtr before);

  /// Writes what belongs to the file system as a whole. Call once, at the end.
  void finish();

 private:
  void begin_new();
  void open(Plaintext& before);

  SetWriter& writer_;
  Plaintext* before_;
  std::uint8_t dnode_slots_;
  std::uint64_t root_ = 0;
  std::optional<AttributeWriter> attributes_;
};

}  // namespace sealift::dataset
