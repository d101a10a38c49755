// SPDX-License-Identifier: Apache-2.0
#include "dataset/tree_restorer.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <thread>

#include "base/error.h"
#include "dataset/path.h"

namespace sealift::dataset {
namespace {

/// Files that one thread takes at a time: neighbours on disk are mostly neighbours in number.
constexpr std::size_t kBatchFiles = 64;
constexpr std::size_t kMaxBatches = 32;  ///< that wait
constexpr std::uint8_t kDirectoryType = file_mode::kDirectory >> 12;

/// Errors after which nothing else can succeed either.
bool is_final(const Error& error) {
  return error.kind() == ErrorKind::kRetry || error.kind() == ErrorKind::kBug;
}

}  // namespace

void RestoreLog::fault(const std::string& path, const Error& error) {
  const std::lock_guard lock(mutex_);
  ++totals_.faults;
  totals_.has_damage |= error.kind() == ErrorKind::kDamaged;
  if (observer_.on_fault) observer_.on_fault(path, error);
}

/// The threads that work on batches. The first error that one of them throws ends all.
class TreeRestorer::Crew {
 public:
  Crew(TreeRestorer& restorer, unsigned threads) : restorer_(restorer) {
    for (unsigned i = 0; i < std::max(threads, 1U); ++i) threads_.emplace_back([this] { work(); });
  }
  ~Crew() { stop(); }

  /// Waits while many batches do. Throws what ended a thread.
  void give(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_ || batches_.size() < kMaxBatches; });
    if (error_) std::rethrow_exception(error_);
    batches_.push_back(std::move(batch));
    changed_.notify_all();
  }
  void finish() {
    stop();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }

  std::optional<Batch> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_ || is_over_ || !batches_.empty(); });
    if (error_ || batches_.empty()) return std::nullopt;
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }

  void work() {
    try {
      const Contents::Impl& contents = restorer_.contents_;
      std::optional<Plaintext> plaintext;
      std::optional<FileSystem> files;
      while (const auto batch = next()) {
        if (!files) {
          plaintext.emplace(contents.vault, contents.root, contents.key_or_null());
          files.emplace(*plaintext);
        }
        restorer_.work_on(*files, *batch);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      batches_.clear();
      changed_.notify_all();
    }
  }

  TreeRestorer& restorer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  bool is_over_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

TreeRestorer::TreeRestorer(const Contents::Impl& contents, const RestoreRequest& request,
                           RestoreLog& log)
    : contents_(contents), request_(request), log_(log) {}

template <class Body>
void TreeRestorer::noting_faults(const std::string& path, Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    if (is_final(error)) throw;
    log_.fault(path, error);
  }
}

void TreeRestorer::run(const File& top, os::Fd to, Work work) {
  work_ = work;
  root_ = std::move(to);
  seen_.clear();
  made_.clear();
  first_names_.clear();
  later_names_.clear();
  waiting_ = {{top.number(), {}}};
  Crew crew(*this, request_.threads);
  while (!waiting_.empty()) {
    const Directory next = std::move(waiting_.back());
    waiting_.pop_back();
    noting_faults(next.path, [&] { visit(next, crew); });
  }
  crew.finish();
  finish_links();
  finish_directories();
}

// -- Walking -------------------------------------------------------------------------------------

void TreeRestorer::visit(const Directory& directory, Crew& crew) {
  const FileSystem& files = *contents_.files;
  if (!seen_.insert(directory.object).second)
    fail(ErrorKind::kDamaged, "a directory that is in two places");
  const auto at = std::make_shared<const os::Fd>(os::open_directory_beneath(root_, directory.path));
  made_.push_back(directory);
  std::vector<NamedFile> directories, others;
  files.each_entry(files.file(directory.object), [&](const DirectoryEntry& entry) {
    const bool may_be = entry.type == kDirectoryType || entry.type == 0;
    (may_be ? directories : others).push_back({entry.name, entry.object});
    return true;
  });
  const auto by_object = [](const NamedFile& a, const NamedFile& b) { return a.object < b.object; };
  std::sort(others.begin(), others.end(), by_object);
  std::sort(directories.begin(), directories.end(), by_object);
  // Old file systems do not say what is a directory.
  std::vector<NamedFile> kept;
  for (NamedFile& entry : directories) {
    noting_faults(joined(directory.path, entry.name), [&] {
      if (files.file(entry.object).is_directory()) {
        visit_directory_entry(directory, *at, entry);
      } else {
        others.push_back(entry);
      }
    });
  }
  for (std::size_t first = 0; first < others.size(); first += kBatchFiles) {
    const std::size_t end = std::min(first + kBatchFiles, others.size());
    crew.give({at,
               directory.path,
               {std::make_move_iterator(others.begin() + static_cast<std::ptrdiff_t>(first)),
                std::make_move_iterator(others.begin() + static_cast<std::ptrdiff_t>(end))}});
  }
}

void TreeRestorer::visit_directory_entry(const Directory& in, const os::Fd& at,
                                         const NamedFile& entry) {
  check_restored_name(entry.name);
  if (work_ == Work::kRestore) {
    const bool is_new = os::make_directory(at, entry.name);
    log_.count([&](RestoreTotals& totals) {
      ++totals.directories;
      if (!is_new) ++totals.kept;
    });
  }
  waiting_.push_back({entry.object, joined(in.path, entry.name)});
}

// -- Files ---------------------------------------------------------------------------------------

void TreeRestorer::work_on(const FileSystem& files, const Batch& batch) {
  std::string path;
  InodeRestorer restorer(files, request_.existing,
                         [&](const Error& error) { log_.fault(path, error); });
  for (const NamedFile& each : batch.files) {
    path = joined(batch.path, each.name);
    noting_faults(path, [&] {
      const File file = files.file(each.object);
      if (file.is_directory()) fail(ErrorKind::kDamaged, "a directory that its entry denies to be");
      work_on_file(restorer, file, batch, each.name);
    });
  }
}

void TreeRestorer::work_on_file(InodeRestorer& restorer, const File& file, const Batch& batch,
                                const std::string& name) {
  if (work_ == Work::kCompare) {
    restorer.compare(file, *batch.directory, name);
    return log_.count([](RestoreTotals& totals) { ++totals.verified; });
  }
  if (file.links > 1 && !is_first_name(file, batch.path, name)) return;
  const InodeRestorer::Made made = restorer.restore(file, *batch.directory, name);
  log_.count([&](RestoreTotals& totals) {
    ++(file.is_regular() ? totals.files : totals.others);
    if (made.was_there) ++totals.kept;
    totals.bytes += made.bytes;
  });
}

/// Whoever comes first makes the file; the others' names are made when it is there.
bool TreeRestorer::is_first_name(const File& file, const std::string& directory,
                                 const std::string& name) {
  const std::lock_guard lock(links_mutex_);
  const bool is_first = first_names_.try_emplace(file.number(), FirstName{directory, name}).second;
  if (!is_first) later_names_.push_back({file.number(), directory, name});
  return is_first;
}

// -- At the end ----------------------------------------------------------------------------------

void TreeRestorer::finish_links() {
  for (const LaterName& later : later_names_) {
    noting_faults(joined(later.directory, later.name), [&] {
      check_restored_name(later.name);
      const FirstName& first = first_names_.at(later.object);
      const os::Fd from = os::open_directory_beneath(root_, first.directory);
      const os::Fd to = os::open_directory_beneath(root_, later.directory);
      const auto original = os::open_inode(from, first.name);
      if (!original) fail(ErrorKind::kState, "its first name was not restored");
      const os::InodeStatus status = os::status_of(*original);
      if (const auto there = os::open_inode(to, later.name)) {
        const os::InodeStatus found = os::status_of(*there);
        if (found.inode == status.inode && found.device == status.device)
          return log_.count([](RestoreTotals& totals) { ++totals.links, ++totals.kept; });
        if (request_.existing == Existing::kKeep)
          fail(ErrorKind::kState, "it exists and is another one");
        os::remove_inode(to, later.name);
      }
      os::make_link({from, first.name}, {to, later.name});
      log_.count([](RestoreTotals& totals) { ++totals.links; });
    });
  }
}

void TreeRestorer::finish_directories() {
  const FileSystem& files = *contents_.files;
  for (auto each = made_.rbegin(); each != made_.rend(); ++each) {
    InodeRestorer restorer(files, request_.existing,
                           [&](const Error& error) { log_.fault(each->path, error); });
    noting_faults(each->path, [&] {
      const os::Fd directory = os::open_directory_beneath(root_, each->path);
      const File file = files.file(each->object);
      if (work_ == Work::kRestore) return restorer.restore_attributes(file, directory);
      restorer.compare_attributes(file, directory);
      log_.count([](RestoreTotals& totals) { ++totals.verified; });
    });
  }
}

}  // namespace sealift::dataset
