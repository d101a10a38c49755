// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "dataset/contents_impl.h"
#include "dataset/inode_restorer.h"

namespace sealift::dataset {

/// What a restore has done, told to its observer. Threads may share one.
class RestoreLog {
 public:
  explicit RestoreLog(const RestoreObserver& observer) : observer_(observer) {}

  void fault(const std::string& path, const Error& error);
  /// Changes the totals, and shows them now and then.
  template <class Change>
  void count(Change&& change) {
    const std::lock_guard lock(mutex_);
    change(totals_);
    if (observer_.on_progress && ++changes_ % kShowEvery == 0) observer_.on_progress(totals_);
  }
  RestoreTotals totals() const {
    const std::lock_guard lock(mutex_);
    return totals_;
  }

 private:
  static constexpr std::uint64_t kShowEvery = 64;

  const RestoreObserver& observer_;
  mutable std::mutex mutex_;
  RestoreTotals totals_;
  std::uint64_t changes_ = 0;
};

/// Restores what is in one directory of a file system, and all below it.
///
/// 1. One thread walks: it makes directories, and gives the other files of each away in batches, to
///    threads that each have a view of the snapshot of their own.
/// 2. A path is opened anew beneath the target for each directory, and through no link. So nothing
///    that is made, and nothing that anybody exchanges meanwhile, leads outside.
/// 3. A directory is visited once: a snapshot in which one is in two places has a loop.
/// 4. More names of a file are made when all files are, attributes of directories when all names
///    are, the last made first.
class TreeRestorer {
 public:
  enum class Work : std::uint8_t { kRestore, kCompare };

  TreeRestorer(const Contents::Impl& contents, const RestoreRequest& request, RestoreLog& log);

  /// `to` takes what is in `top`. A second run, to compare, may follow the first.
  void run(const File& top, os::Fd to, Work work);

 private:
  class Crew;
  struct Directory {
    std::uint64_t object;
    std::string path;  ///< below the target
  };
  struct NamedFile {
    std::string name;
    std::uint64_t object;
  };
  /// Some files of one directory.
  struct Batch {
    std::shared_ptr<const os::Fd> directory;
    std::string path;
    std::vector<NamedFile> files;
  };
  /// Where a file with several names was made first.
  struct FirstName {
    std::string directory;
    std::string name;
  };
  struct LaterName {
    std::uint64_t object;
    std::string directory;
    std::string name;
  };

  void visit(const Directory& directory, Crew& crew);
  void visit_directory_entry(const Directory& in, const os::Fd& at, const NamedFile& entry);
  void work_on(const FileSystem& files, const Batch& batch);
  void work_on_file(InodeRestorer& restorer, const File& file, const Batch& batch,
                    const std::string& name);
  bool is_first_name(const File& file, const std::string& directory, const std::string& name);
  void finish_links();
  void finish_directories();
  template <class Body>
  void noting_faults(const std::string& path, Body&& body);

  const Contents::Impl& contents_;
  const RestoreRequest& request_;
  RestoreLog& log_;
  Work work_ = Work::kRestore;
  os::Fd root_;
  std::vector<Directory> waiting_;
  std::vector<Directory> made_;
  std::unordered_set<std::uint64_t> seen_;
  std::mutex links_mutex_;
  std::map<std::uint64_t, FirstName> first_names_;
  std::vector<LaterName> later_names_;
};

}  // namespace sealift::dataset
