// SPDX-License-Identifier: Apache-2.0
#include "dataset/znode_writer.h"

#include <algorithm>

#include "dataset/trivial_acl.h"
#include "dataset/znode_format.h"
#include "stream/nvlist.h"

namespace sealift::dataset {
namespace {

constexpr std::uint64_t kAllExecute = 0111;

bool is_device(std::uint64_t mode) {
  const std::uint64_t type = mode & file_mode::kTypeMask;
  return type == file_mode::kBlockDevice || type == file_mode::kCharacterDevice;
}

std::uint64_t flags_of(const NewFile& file) {
  const os::FileStatus& status = file.status;
  std::uint64_t flags = znode_flag::kArchive | znode_flag::kModified | znode_flag::kTrivialAcl |
                        znode_flag::kHasProject;
  if ((status.mode & kAllExecute) == kAllExecute) flags |= znode_flag::kNoExecsDenied;
  if (status.is_immutable) flags |= znode_flag::kImmutable;
  if (status.is_append_only) flags |= znode_flag::kAppendOnly;
  if (status.is_no_dump) flags |= znode_flag::kNoDump;
  if (file.project.is_inherited) flags |= znode_flag::kInheritsProject;
  if (file.is_hidden) flags |= znode_flag::kXattr;
  return flags;
}

AttributeValue time(Attribute attribute, const os::Timestamp& time) {
  return AttributeValue::numbers(attribute, static_cast<std::uint64_t>(time.seconds),
                                 time.nanoseconds);
}

/// Sorted by name, as they are the same then whatever order a file system tells them in.
Bytes pack(os::SourceDirectory::ExtendedAttributes xattrs) {
  std::sort(xattrs.begin(), xattrs.end());
  stream::Nvlist list;
  for (auto& [name, value] : xattrs)
    list.append({name, stream::DataType::kByteArray, std::move(value)});
  return stream::encode_nvlist(list, {stream::Packing::Format::kXdr, Endian::kLittle});
}

}  // namespace

AttributeValues attributes_of(const NewFile& file) {
  const os::FileStatus& status = file.status;
  const auto number = &AttributeValue::number;
  const TrivialAcl acl = trivial_acl(status.mode);
  AttributeValues values = {
      number(Attribute::kMode, status.mode),
      number(Attribute::kSize, file.size),
      number(Attribute::kGeneration, file.generation),
      number(Attribute::kUid, status.uid),
      number(Attribute::kGid, status.gid),
      number(Attribute::kParent, file.parent),
      number(Attribute::kFlags, flags_of(file)),
      time(Attribute::kAtime, status.atime),
      time(Attribute::kMtime, status.mtime),
      time(Attribute::kCtime, status.ctime),
      time(Attribute::kCrtime, status.birth.value_or(status.ctime)),
      number(Attribute::kLinks, file.links),
      number(Attribute::kProject, file.project.id),
  };
  if (is_device(status.mode))
    values.push_back(
        number(Attribute::kRdev, device_number::encode(status.rdev_major, status.rdev_minor)));
  values.push_back(number(Attribute::kAclCount, acl.count));
  values.push_back({Attribute::kAcl, acl.entries});
  if (!file.target.empty())
    values.push_back({Attribute::kSymlink, Bytes(file.target.begin(), file.target.end())});
  if (file.xattr_directory != 0) values.push_back(number(Attribute::kXattr, file.xattr_directory));
  if (!file.xattrs.empty()) values.push_back({Attribute::kXattrs, pack(file.xattrs)});
  return values;
}

os::SourceDirectory::ExtendedAttributes take_large_xattrs(
    os::SourceDirectory::ExtendedAttributes& xattrs) {
  constexpr std::size_t overhead = 64;  // of a pair, at most
  std::size_t total = overhead;
  const auto has_room = [&](const auto& each) {
    const std::size_t bytes = each.first.size() + each.second.size() + overhead;
    if (each.second.size() > kMaxXattrValueBytes || total + bytes > kMaxXattrsBytes) return false;
    total += bytes;
    return true;
  };
  const auto large = std::stable_partition(xattrs.begin(), xattrs.end(), has_room);
  os::SourceDirectory::ExtendedAttributes taken(std::make_move_iterator(large),
                                                std::make_move_iterator(xattrs.end()));
  xattrs.erase(large, xattrs.end());
  return taken;
}

}  // namespace sealift::dataset
