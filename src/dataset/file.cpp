// SPDX-License-Identifier: Apache-2.0
#include "dataset/file.h"

#include "base/error.h"
#include "dataset/object_types.h"

namespace sealift::dataset {
namespace {

constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;

Time time_of(const Attributes& attributes, Attribute which) {
  Time time;
  time.seconds = static_cast<std::int64_t>(attributes.number(which, 0).value_or(0));
  time.nanoseconds =
      static_cast<std::uint32_t>(attributes.number(which, 1).value_or(0) % kNanosecondsPerSecond);
  return time;
}

void check(const File& file) {
  if (file.size > INT64_MAX) fail(ErrorKind::kDamaged, "a size of {} bytes", file.size);
  const bool is_table = file.object->dnode.type == object_type::kDirectoryContents;
  if (file.is_directory() != is_table)
    fail(ErrorKind::kDamaged, "its mode and its contents are of different types");
}

}  // namespace

File read_file(ObjectPtr object, Attributes attributes) {
  return in_context(fmt::format("object {}", object->number), [&] {
    const auto needed = [&](Attribute which) {
      const auto value = attributes.number(which);
      if (!value)
        fail(ErrorKind::kDamaged, "it has no {}",
             kAttributeTable[static_cast<std::size_t>(which)].name);
      return *value;
    };
    const auto optional = [&](Attribute which) { return attributes.number(which).value_or(0); };
    File file;
    file.mode = needed(Attribute::kMode);
    file.size = needed(Attribute::kSize);
    file.links = needed(Attribute::kLinks);
    file.uid = needed(Attribute::kUid);
    file.gid = needed(Attribute::kGid);
    file.parent = needed(Attribute::kParent);
    file.flags = optional(Attribute::kFlags);
    file.generation = optional(Attribute::kGeneration);
    file.rdev = optional(Attribute::kRdev);
    file.xattr_directory = optional(Attribute::kXattr);
    if ((file.flags & znode_flag::kHasProject) != 0) file.project = optional(Attribute::kProject);
    file.atime = time_of(attributes, Attribute::kAtime);
    file.mtime = time_of(attributes, Attribute::kMtime);
    file.ctime = time_of(attributes, Attribute::kCtime);
    file.crtime = time_of(attributes, Attribute::kCrtime);
    file.object = std::move(object);
    file.attributes = std::move(attributes);
    check(file);
    return file;
  });
}

}  // namespace sealift::dataset
