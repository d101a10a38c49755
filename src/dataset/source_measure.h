// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "dataset/put_filter.h"

namespace sealift::dataset {

/// Adds up how many bytes of a directory's files are to be put, in a thread of its own, while they
/// are put already.
class SourceMeasure {
 public:
  /// `request` must outlive this.
  explicit SourceMeasure(const PutRequest& request);
  ~SourceMeasure();
  SourceMeasure(const SourceMeasure&) = delete;
  SourceMeasure& operator=(const SourceMeasure&) = delete;

  /// 0 until all is added up, and for ever where that failed.
  std::uint64_t total_bytes() const { return total_bytes_; }

 private:
  void add(const os::SourceDirectory& directory, const std::string& path);
  void add_file(const os::FileStatus& file);

  os::SourceDirectory source_;
  PutFilter filter_;
  std::set<std::pair<std::uint64_t, std::uint64_t>>
      linked_;  ///< files of several names: counted once
  std::uint64_t bytes_ = 0;
  std::atomic<std::uint64_t> total_bytes_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace sealift::dataset
