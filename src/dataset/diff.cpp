// SPDX-License-Identifier: Apache-2.0
// diff_contents() of <sealift/contents.h>. What counts as which change is what OpenZFS says
// (lib/libzfs/libzfs_diff.c), but that extended attributes are told as a change of their file.
#include <algorithm>

#include "base/error.h"
#include "dataset/contents_impl.h"
#include "dataset/object_types.h"
#include "dataset/path_finder.h"

namespace sealift {
namespace dataset {
namespace {

using objset::Entry;
using objset::EntryKind;

/// The numbers of objects that are not the same in two object sets, ascending. A block of dnodes
/// that is at the same place in both is not looked into.
class ChangedObjects {
 public:
  ChangedObjects(Plaintext& from, Plaintext& to) : from_(from), to_(to) {}

  template <class Visit>
  void each(const Visit& visit) {
    const std::uint64_t end =
        std::max(from_.set().object_limit(), to_.set().object_limit()) / objset::kSlotsPerBlock;
    for (std::uint64_t block = 0; block < end;) {
      const Step old_step = step(from_, block);
      const Step new_step = step(to_, block);
      const bool is_same = old_step.place.same_place(new_step.place);
      const std::uint64_t next = is_same ? std::min({old_step.end, new_step.end, end}) : block + 1;
      if (!is_same) each_in(block, visit);
      block = std::max(next, block + 1);
    }
  }

 private:
  /// The highest pointer above a block of dnodes at which both sets can be compared.
  struct Step {
    vault::BlockPointer place;  ///< null for a hole
    std::uint64_t end;          ///< the first block that it does not span
  };

  Step step(Plaintext& of, std::uint64_t block) {
    const objset::Geometry& geometry = of.set().geometry;
    if (block >= geometry.capacity()) return {{}, UINT64_MAX};
    const auto [entry, level] =
        of.descend(block, [&](const Entry& above) { return is_shared(above, block); });
    const std::uint64_t end = geometry.blocks_of(level, geometry.ancestor(block, level)).end;
    return {entry.kind == EntryKind::kBlock ? entry.where : vault::BlockPointer(), end};
  }

  /// Whether both sets have this pointer above `block`.
  bool is_shared(const Entry& entry, std::uint64_t block) {
    return has_pointer(from_, entry, block) && has_pointer(to_, entry, block);
  }

  static bool has_pointer(Plaintext& in, const Entry& wanted, std::uint64_t block) {
    const auto is_it = [&](const Entry& entry) { return entry.where.same_place(wanted.where); };
    const Entry found = in.descend(block, is_it).entry;
    return found.kind == EntryKind::kBlock && is_it(found);
  }

  template <class Visit>
  void each_in(std::uint64_t block, const Visit& visit) {
    for (std::uint64_t i = 0; i < objset::kSlotsPerBlock; ++i) {
      const std::uint64_t number = block * objset::kSlotsPerBlock + i;
      const ObjectPtr before = from_.find(number);
      const ObjectPtr after = to_.find(number);
      if (before == nullptr && after == nullptr) continue;
      const bool is_same = before != nullptr && after != nullptr && before->dnode == after->dnode &&
                           before->bonus == after->bonus;
      if (!is_same) visit(number, before, after);
    }
  }

  Plaintext& from_;
  Plaintext& to_;
};

/// One of the two sides of a comparison.
class Side {
 public:
  explicit Side(const Contents::Impl& contents) : files_(contents.file_system()), paths_(files_) {}

  Plaintext& plaintext() const { return files_.plaintext(); }

  struct Found {
    File file;
    std::string path;
  };
  /// Nothing where the object is no file that a directory names.
  std::optional<Found> find(const ObjectPtr& object) {
    if (object == nullptr || !is_file(*object)) return std::nullopt;
    File file = files_.file(object->number);
    if ((file.flags & znode_flag::kXattr) != 0 || file.links == 0) return std::nullopt;
    auto path = paths_.path_of(file);
    if (!path) return std::nullopt;
    return Found{std::move(file), std::move(*path)};
  }

 private:
  static bool is_file(const Object& object) {
    const std::uint32_t type = object.dnode.type;
    const std::uint32_t bonus = object.dnode.bonus_type;
    return (type == object_type::kFileContents || type == object_type::kDirectoryContents) &&
           (bonus == object_type::kSystemAttributes || bonus == object_type::kZnode);
  }

  const FileSystem& files_;
  PathFinder paths_;
};

Difference difference(Change change, const Side::Found& found) {
  Difference result;
  result.change = change;
  result.path = found.path;
  result.mode = found.file.mode;
  result.ctime_seconds = found.file.ctime.seconds;
  result.ctime_nanoseconds = found.file.ctime.nanoseconds;
  return result;
}

/// What was put from another directory than before has other generations, and keeps its births.
bool is_same_file(const File& before, const File& after) {
  const bool is_born_once = before.crtime == after.crtime && before.crtime.seconds != 0;
  return before.type() == after.type() && (before.generation == after.generation || is_born_once);
}

void compare(const Side::Found& before, const Side::Found& after, const DiffObserver& observer) {
  if (!is_same_file(before.file, after.file)) {
    observer.on_difference(difference(Change::kRemoved, before));
    return observer.on_difference(difference(Change::kAdded, after));
  }
  if (before.file.ctime == after.file.ctime) return;
  Difference changed = difference(Change::kModified, after);
  const auto more_links = static_cast<std::int64_t>(after.file.links - before.file.links);
  if (more_links != 0 && !after.file.is_directory()) {
    changed.more_links = more_links;
    if (more_links > 0) changed.path = before.path;
  } else if (before.path != after.path) {
    changed.change = Change::kRenamed;
    changed.path = before.path;
    changed.new_path = after.path;
  }
  observer.on_difference(changed);
}

}  // namespace
}  // namespace dataset

void diff_contents(const Contents& from, const Contents& to, const DiffObserver& observer) {
  using dataset::Side;
  Side before(from.inner());
  Side after(to.inner());
  dataset::ChangedObjects(before.plaintext(), after.plaintext())
      .each([&](std::uint64_t number, const dataset::ObjectPtr& old_object,
                const dataset::ObjectPtr& new_object) {
        try {
          const auto was = before.find(old_object);
          const auto is = after.find(new_object);
          if (was && is) return dataset::compare(*was, *is, observer);
          if (was) observer.on_difference(dataset::difference(Change::kRemoved, *was));
          if (is) observer.on_difference(dataset::difference(Change::kAdded, *is));
        } catch (const Error& error) {
          if (!observer.on_fault || error.kind() != ErrorKind::kDamaged) throw;
          observer.on_fault(number, error);
        }
      });
}

}  // namespace sealift
