// SPDX-License-Identifier: Apache-2.0
// restore() of <sealift/contents.h>.
#include "base/error.h"
#include "dataset/tree_restorer.h"
#include "dataset/volume_restorer.h"
#include "os/directory.h"

namespace sealift {
namespace dataset {
namespace {

namespace fs = std::filesystem;
using Work = TreeRestorer::Work;

/// One call of restore().
class Restore {
 public:
  Restore(const Contents::Impl& contents, const RestoreRequest& request,
          const RestoreObserver& observer)
      : contents_(contents), request_(request), log_(observer) {}

  RestoreTotals run() {
    if (!contents_.files) {
      restore_volume();
    } else {
      const File file = contents_.files->resolve(request_.from.path, FileSystem::LastLink::kKeep);
      file.is_directory() ? restore_tree(file) : restore_file(file);
    }
    return log_.totals();
  }

 private:
  void restore_tree(const File& top) {
    if (os::make_directory(request_.to))
      log_.count([](RestoreTotals& totals) { ++totals.directories; });
    TreeRestorer restorer(contents_, request_, log_);
    restorer.run(top, os::open_directory(request_.to), Work::kRestore);
    if (request_.verify) restorer.run(top, os::open_directory(request_.to), Work::kCompare);
  }

  void restore_file(const File& file) {
    const fs::path target = file_target();
    const os::Fd directory =
        os::open_directory(target.has_parent_path() ? target.parent_path() : fs::path("."));
    const std::string name = target.filename();
    InodeRestorer restorer(*contents_.files, request_.existing,
                           [&](const Error& error) { log_.fault(name, error); });
    const InodeRestorer::Made made =
        in_context(target.native(), [&] { return restorer.restore(file, directory, name); });
    log_.count([&](RestoreTotals& totals) {
      ++(file.is_regular() ? totals.files : totals.others);
      if (made.was_there) ++totals.kept;
      totals.bytes += made.bytes;
    });
    if (!request_.verify) return;
    in_context(target.native(), [&] { restorer.compare(file, directory, name); });
    log_.count([](RestoreTotals& totals) { ++totals.verified; });
  }

  /// As cp(1): into a directory, a file keeps its name.
  fs::path file_target() const {
    if (!fs::is_directory(request_.to)) return request_.to;
    std::string path = request_.from.path;
    while (!path.empty() && path.back() == '/') path.pop_back();
    return request_.to / path.substr(path.find_last_of('/') + 1);
  }

  void restore_volume() {
    if (!request_.from.path.empty() && request_.from.path != "/")
      fail(ErrorKind::kUsage, "a volume has no files");
    VolumeRestorer restorer(open_volume(contents_.plaintext), request_.to, request_.existing);
    in_context(request_.to.native(), [&] {
      restorer.restore([&](std::uint64_t more) {
        log_.count([&](RestoreTotals& totals) { totals.bytes += more; });
      });
      if (request_.verify) restorer.compare();
    });
    log_.count([&](RestoreTotals& totals) {
      ++totals.files;
      if (request_.verify) ++totals.verified;
    });
  }

  const Contents::Impl& contents_;
  const RestoreRequest& request_;
  RestoreLog log_;
};

}  // namespace
}  // namespace dataset

RestoreTotals restore(const Vault& vault, const RestoreRequest& request,
                      const RestoreObserver& observer) {
  const Contents contents(vault, request.from.source, request.key);
  return dataset::Restore(contents.inner(), request, observer).run();
}

}  // namespace sealift
