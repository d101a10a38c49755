// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/contents.h>

#include <filesystem>
#include <functional>

#include "dataset/file_reader.h"
#include "os/fd.h"

namespace sealift::dataset {

/// Puts a volume into a file or onto a block device. Holes of the volume are holes of the file; on
/// a device they are made to read as zeros. One thread.
class VolumeRestorer {
 public:
  VolumeRestorer(FileReader volume, std::filesystem::path to, Existing existing)
      : volume_(std::move(volume)), to_(std::move(to)), existing_(existing) {}

  /// A file has its name only when it is complete. Throws Error(kState) where there is a file of
  /// that name already, unless it is to be replaced, and for a device that is too small.
  using OnBytes = std::function<void(std::uint64_t more)>;
  void restore(const OnBytes& on_bytes);
  /// Throws Error(kDamaged) where what is there differs.
  void compare();

 private:
  void restore_to_device(const OnBytes& on_bytes);
  void restore_to_file(const OnBytes& on_bytes);
  enum class Holes : std::uint8_t { kLeave, kZero };
  void write(const os::Fd& to, Holes holes, const OnBytes& on_bytes);

  FileReader volume_;
  std::filesystem::path to_;
  Existing existing_;
};

/// Compares what an open file holds with `reader`. Throws Error(kDamaged) at the first difference.
void compare_contents(FileReader& reader, const os::Fd& with);

}  // namespace sealift::dataset
