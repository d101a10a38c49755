// SPDX-License-Identifier: Apache-2.0
// Opening, listing and reading, of <sealift/contents.h>.
#include <algorithm>
#include <map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "catalog/operations.h"
#include "dataset/contents_impl.h"
#include "dataset/path.h"
#include "keys/key_chain.h"

namespace sealift {

using dataset::DirectoryEntry;
using dataset::File;
using dataset::FileReader;
using dataset::FileSystem;

namespace {

constexpr std::size_t kReadBytes = 1U << 20;

struct Root {
  catalog::DatasetRecord dataset;
  vault::BlockPointer objset;
  std::uint64_t referenced_bytes = 0;
};

Root find_root(const catalog::Catalog& catalog, const catalog::Name& name) {
  if (name.kind == catalog::NameKind::kBookmark)
    fail(ErrorKind::kUsage, "a bookmark has no contents");
  Root root{catalog.get(name.dataset), {}, 0};
  if (name.kind == catalog::NameKind::kSnapshot) {
    const catalog::SnapshotRecord snapshot = catalog::get_snapshot(catalog, name);
    root.objset = snapshot.objset;
    root.referenced_bytes = snapshot.referenced_bytes;
  } else {
    root.objset = root.dataset.head.objset;
    root.referenced_bytes = root.dataset.head.referenced_bytes;
  }
  if (root.objset.is_null()) fail(ErrorKind::kState, "it has no contents yet");
  return root;
}

/// Writes a file from its beginning to its end, holes as zeros.
void copy(FileReader reader, Sink& to) {
  const Bytes zeros(kReadBytes);
  std::uint64_t done = 0;
  const auto fill = [&](std::uint64_t end) {
    while (done < end) {
      const std::size_t part = std::min<std::uint64_t>(zeros.size(), end - done);
      to.write(ByteView(zeros).first(part));
      done += part;
    }
  };
  reader.each_block([&](std::uint64_t offset, ByteView bytes) {
    fill(offset);
    to.write(bytes);
    done = offset + bytes.size();
    return true;
  });
  fill(reader.size());
}

/// One call of Contents::list().
class Lister {
 public:
  Lister(const FileSystem& files, Recursion recursion, const Contents::ListObserver& observer)
      : files_(files), recursion_(recursion), observer_(observer) {}

  /// Directories that wait are on a list, not on the stack: nobody knows how deep they are.
  void run(const File& top) {
    waiting_.push_back({top.number(), {}});
    while (!waiting_.empty()) {
      const Directory next = std::move(waiting_.back());
      waiting_.pop_back();
      noting_faults(next.path, [&] { list(next); });
    }
  }

 private:
  struct Directory {
    std::uint64_t object;
    std::string path;
  };

  void list(const Directory& directory) {
    if (!seen_.insert(directory.object).second)
      fail(ErrorKind::kDamaged, "a directory that is in two places");
    std::map<std::string, std::uint64_t> names;
    files_.each_entry(files_.file(directory.object), [&](const DirectoryEntry& entry) {
      names[entry.name] = entry.object;
      return true;
    });
    const std::size_t first = waiting_.size();
    for (const auto& [name, object] : names) {
      const std::string path = dataset::joined(directory.path, name);
      noting_faults(path, [&, object = object] { show(path, object); });
    }
    // The last one on the list is the next.
    std::reverse(waiting_.begin() + static_cast<std::ptrdiff_t>(first), waiting_.end());
  }

  void show(const std::string& path, std::uint64_t object) {
    const File file = files_.file(object);
    FileInfo info = dataset::describe(files_, file);
    info.path = path;
    observer_.on_file(info);
    if (file.is_directory() && recursion_ == Recursion::kDescendants)
      waiting_.push_back({object, path});
  }

  template <class Body>
  void noting_faults(const std::string& path, Body&& body) {
    try {
      body();
    } catch (const Error& error) {
      if (!observer_.on_fault || error.kind() != ErrorKind::kDamaged) throw;
      observer_.on_fault(path, error);
    }
  }

  const FileSystem& files_;
  Recursion recursion_;
  const Contents::ListObserver& observer_;
  std::vector<Directory> waiting_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

ContentsName parse_contents_name(const std::string& text) {
  const std::size_t at = text.find(":/");
  ContentsName name{text.substr(0, at), at == std::string::npos ? "" : text.substr(at + 1)};
  if (name.source.empty())
    fail(ErrorKind::kUsage, "'{}' names no dataset: write DATASET@SNAPSHOT:/PATH", text);
  return name;
}

FileInfo dataset::describe(const FileSystem& files, const File& file) {
  FileInfo info;
  info.object = file.number();
  info.mode = file.mode;
  info.size_bytes = file.size;
  info.links = file.links;
  info.uid = file.uid;
  info.gid = file.gid;
  info.project = file.project;
  info.mtime_seconds = file.mtime.seconds;
  info.mtime_nanoseconds = file.mtime.nanoseconds;
  if (file.is_device()) {
    info.device_major = device_number::major_of(file.rdev);
    info.device_minor = device_number::minor_of(file.rdev);
  }
  if (file.is_symlink()) info.target = files.link_target(file);
  return info;
}

Contents::Impl::Impl(const vault::Vault& from, const vault::BlockPointer& objset,
                     std::optional<keys::MasterKey> master_key)
    : vault(from),
      root(objset),
      key(std::move(master_key)),
      plaintext(from, objset, key ? &*key : nullptr) {
  if (!dataset::is_volume(plaintext.set())) files.emplace(plaintext);
}

const FileSystem& Contents::Impl::file_system() const {
  if (!files) fail(ErrorKind::kUsage, "a volume has no files");
  return *files;
}

Contents::Contents(const Vault& vault, const std::string& source, const KeyAccess& key) {
  const catalog::Name name = catalog::parse_name(source);
  in_context(fmt::format("cannot read '{}'", source), [&] {
    const catalog::Catalog catalog = catalog::open_catalog(vault.inner());
    const Root root = find_root(catalog, name);
    impl_ = std::make_unique<Impl>(vault.inner(), root.objset,
                                   keys::KeyChain(key).open_if_sealed(catalog, root.dataset));
    impl_->referenced_bytes = root.referenced_bytes;
  });
}

Contents::~Contents() = default;
Contents::Contents(Contents&&) noexcept = default;
Contents& Contents::operator=(Contents&&) noexcept = default;

bool Contents::is_volume() const {
  return !impl_->files;
}

std::uint64_t Contents::volume_bytes() const {
  return dataset::open_volume(impl_->plaintext).size();
}

FileInfo Contents::stat(const std::string& path) const {
  const FileSystem& files = impl_->file_system();
  return dataset::describe(files, files.resolve(path, FileSystem::LastLink::kKeep));
}

void Contents::list(const std::string& path, Recursion recursion,
                    const ListObserver& observer) const {
  const FileSystem& files = impl_->file_system();
  const File top = files.resolve(path, FileSystem::LastLink::kKeep);
  if (top.is_directory()) return Lister(files, recursion, observer).run(top);
  observer.on_file(dataset::describe(files, top));
}

void Contents::read(const std::string& path, Sink& to) const {
  if (is_volume()) {
    if (!path.empty()) fail(ErrorKind::kUsage, "a volume has no files");
    return copy(dataset::open_volume(impl_->plaintext), to);
  }
  const FileSystem& files = impl_->file_system();
  const File file = files.resolve(path, FileSystem::LastLink::kFollow);
  if (file.is_directory()) fail(ErrorKind::kState, "{}: is a directory", path);
  if (!file.is_regular()) fail(ErrorKind::kState, "{}: is no regular file", path);
  copy(FileReader(impl_->plaintext, file), to);
}

}  // namespace sealift
