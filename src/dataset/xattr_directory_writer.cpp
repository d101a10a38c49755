// SPDX-License-Identifier: Apache-2.0
#include "dataset/xattr_directory_writer.h"

#include <algorithm>

#include "base/checked.h"
#include "dataset/file_reader.h"
#include "dataset/object_types.h"
#include "stream/record_format.h"

namespace sealift::dataset {
namespace {

constexpr std::uint32_t kDirectoryMode = file_mode::kDirectory | 01777;
constexpr std::uint32_t kValueMode = file_mode::kRegular | 0644;

/// A hidden file or directory: whose its file is, as old, and in the same project.
NewFile hidden(const NewFile& of, std::uint32_t mode, std::uint64_t parent) {
  NewFile made;
  made.status = of.status;
  made.status.mode = mode;
  made.status.is_immutable = made.status.is_append_only = made.status.is_no_dump = false;
  made.generation = of.generation;
  made.project = of.project;
  made.parent = parent;
  made.is_hidden = true;
  return made;
}

}  // namespace

/// The hidden directory that is there, unless it is none or another file's.
std::optional<File> XattrDirectoryWriter::claim_directory(const File* owner) {
  if (owner == nullptr || owner->xattr_directory == 0) return std::nullopt;
  File found = tools_.before->file(owner->xattr_directory);
  const bool is_ours = found.is_directory() && (found.flags & znode_flag::kXattr) != 0 &&
                       tools_.claimed.insert(found.number()).second;
  if (!is_ours) return std::nullopt;
  return found;
}

std::uint64_t XattrDirectoryWriter::put(const Owner& owner, const Xattrs& xattrs) {
  const auto before = claim_directory(owner.before);
  Names names;
  if (before) names = tools_.before->names(*before);
  if (xattrs.empty()) {
    remove_all(names);
    if (before) tools_.files.writer().remove(before->number());
    return 0;
  }
  const std::uint64_t directory = before ? before->number() : tools_.files.create(kDirectoryMode);
  std::vector<ZapItem> items;
  for (const auto& [name, value] : xattrs) {
    const std::uint64_t object = put_value(name, value, names);
    items.push_back({name, 8, {directory_entry::encode(object, kValueMode)}});
    NewFile file = hidden(owner.file, kValueMode, directory);
    file.size = value.size();
    tools_.files.put_attributes(object, file);
  }
  remove_all(names);
  NewFile self = hidden(owner.file, kDirectoryMode, owner.object);
  self.size = items.size() + 2;
  self.links = 2;
  tools_.files.put_names(directory, std::move(items), before ? before->object : nullptr);
  tools_.files.put_attributes(directory, self);
  return directory;
}

/// Takes the name out of those that were there.
std::uint64_t XattrDirectoryWriter::put_value(const std::string& name, const Bytes& value,
                                              Names& before) {
  const auto found = before.find(name);
  std::uint64_t object = 0;
  if (found != before.end() && tools_.claimed.count(found->second) == 0) {
    const File file = tools_.before->file(found->second);
    if (file.is_regular() && file.links == 1) {
      object = file.number();
      tools_.claimed.insert(object);
      before.erase(found);
      if (is_value(file, value)) return object;
    }
  }
  if (object == 0) object = tools_.files.create(kValueMode);
  write_value(object, value);
  return object;
}

bool XattrDirectoryWriter::is_value(const File& file, const Bytes& value) const {
  if (file.size != value.size()) return false;
  Bytes old(value.size());
  FileReader(tools_.before->plaintext(), file).read(0, old);
  return old == value;
}

void XattrDirectoryWriter::write_value(std::uint64_t object, const Bytes& value) {
  SetWriter& writer = tools_.files.writer();
  const std::uint64_t whole =
      std::max<std::uint64_t>(stream::kMinBlockSize, round_up(value.size(), stream::kMinBlockSize));
  const auto block_size = static_cast<std::uint32_t>(std::min(tools_.record_size, whole));
  writer.reshape(object, block_size);
  Bytes block;
  for (std::size_t at = 0, number = 0; at < value.size(); at += block_size, ++number) {
    const std::size_t part = std::min<std::size_t>(block_size, value.size() - at);
    const auto from = value.begin() + static_cast<std::ptrdiff_t>(at);
    block.assign(from, from + static_cast<std::ptrdiff_t>(part));
    block.resize(block_size);
    if (all_zero(block)) {
      writer.extend(object, number);
    } else {
      writer.write(object, number,
                   writer.maker().make({object_type::kFileContents, tools_.compression, block}));
    }
  }
}

void XattrDirectoryWriter::remove_all(const Names& names) {
  for (const auto& [name, object] : names)
    if (tools_.claimed.insert(object).second) tools_.files.writer().remove(object);
}

void XattrDirectoryWriter::remove(const File& file) {
  const auto directory = claim_directory(&file);
  if (!directory) return;
  remove_all(tools_.before->names(*directory));
  tools_.files.writer().remove(directory->number());
}

}  // namespace sealift::dataset
