// SPDX-License-Identifier: Apache-2.0
#include "dataset/source_measure.h"

#include <exception>

#include "dataset/path.h"

namespace sealift::dataset {

SourceMeasure::SourceMeasure(const PutRequest& request)
    : source_(request.source), filter_(request, source_.status()), thread_([this] {
        try {
          add(source_, "");
          if (!stopping_) total_bytes_ = bytes_;
        } catch (const std::exception&) {
          // Whoever puts the files meets it too, and says so.
        }
      }) {}

SourceMeasure::~SourceMeasure() {
  stopping_ = true;
  thread_.join();
}

void SourceMeasure::add_file(const os::FileStatus& file) {
  if (!file.is_regular() || filter_.excludes(file)) return;
  if (file.links > 1 && !linked_.emplace(file.device, file.inode).second) return;
  bytes_ += file.size;
}

void SourceMeasure::add(const os::SourceDirectory& directory, const std::string& path) {
  for (const auto& [name, inode] : directory.entries()) {
    if (stopping_) return;
    const std::string below = joined(path, name);
    if (filter_.excludes(below, name)) continue;
    const auto status = directory.status(name);
    if (!status) continue;
    if (!status->is_directory()) {
      add_file(*status);
    } else if (!filter_.is_crossed(*status)) {
      if (const auto child = directory.open_directory(name)) add(*child, below);
    }
  }
}

}  // namespace sealift::dataset
