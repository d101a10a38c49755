// SPDX-License-Identifier: Apache-2.0
#include "dataset/file_system.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "base/error.h"
#include "dataset/file_reader.h"
#include "dataset/object_types.h"

namespace sealift::dataset {
namespace {

/// As Linux: a path with more links is a loop.
constexpr int kMaxLinks = 40;
/// Longer ones no system makes (PATH_MAX).
constexpr std::uint64_t kMaxLinkBytes = 4096;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_alike(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

/// The parts of a path, "." left out.
std::deque<std::string> parts_of(std::string_view path) {
  std::deque<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

[[noreturn]] void fail_missing(std::string_view path) {
  fail(ErrorKind::kState, "{}: no such file or directory", path);
}

}  // namespace

FileSystem::FileSystem(Plaintext& from) : from_(from) {
  in_context("master node", [&] {
    const ObjectPtr object = from_.get(kMasterNodeObject);
    if (object->dnode.type != object_type::kMasterNode)
      fail(ErrorKind::kDamaged, "object 1 is of another type");
    Zap master(from_, object);
    version_ = master.number(master_node::kVersion);
    if (version_ == 0 || version_ > kMaxZplVersion)
      fail(ErrorKind::kDamaged, "an unknown file system version {}", version_);
    root_ = master.number(master_node::kRoot);
    if (const auto sense = master.find(master_node::kCaseSensitivity))
      case_sensitivity_ = static_cast<CaseSensitivity>(sense->number());
    if (const auto attributes = master.find(master_node::kSystemAttributes))
      tables_ = AttributeTables(from_, attributes->number());
  });
}

File FileSystem::file(std::uint64_t object) const {
  ObjectPtr found = from_.get(object);
  Attributes attributes = tables_.read(from_, *found);
  return read_file(std::move(found), std::move(attributes));
}

void FileSystem::each_entry(const File& directory, const Visit& visit) const {
  DirectoryEntry found;
  Zap(from_, directory.object).each([&](const ZapEntry& entry) {
    const std::uint64_t value = entry.number();
    found.name = entry.name;
    found.object = directory_entry::object_of(value);
    found.type = directory_entry::type_of(value);
    return visit(found);
  });
}

FileSystem::Names FileSystem::names(const File& directory) const {
  Names names;
  each_entry(directory, [&](const DirectoryEntry& entry) {
    names.emplace(entry.name, entry.object);
    return true;
  });
  return names;
}

std::optional<std::uint64_t> FileSystem::find(const File& directory, std::string_view name) const {
  Zap zap(from_, directory.object);
  if (const auto entry = zap.find(name)) return directory_entry::object_of(entry->number());
  std::optional<std::uint64_t> found;
  if (case_sensitivity_ != CaseSensitivity::kInsensitive) return found;
  zap.each([&](const ZapEntry& entry) {
    if (is_alike(entry.name, name)) found = directory_entry::object_of(entry.number());
    return !found;
  });
  return found;
}

std::string FileSystem::link_target(const File& link) const {
  if (const Attributes::Value* inside = link.attributes.find(Attribute::kSymlink)) {
    std::string_view target = as_text(inside->bytes);
    target = target.substr(0, std::min<std::uint64_t>(target.size(), link.size));
    return std::string(target);
  }
  if (link.size > kMaxLinkBytes)
    fail(ErrorKind::kDamaged, "object {}: a link of {} bytes", link.number(), link.size);
  Bytes target(link.size);
  FileReader(from_, link).read(0, target);
  return std::string(as_text(target));
}

File FileSystem::resolve(std::string_view path, LastLink last) const {
  std::vector<File> way;  ///< the directories from the root on
  way.push_back(file(root_));
  std::deque<std::string> parts = parts_of(path);
  for (int links = 0; !parts.empty();) {
    const std::string part = std::move(parts.front());
    parts.pop_front();
    if (!way.back().is_directory()) fail_missing(path);
    if (part == "..") {
      if (way.size() > 1) way.pop_back();
      continue;
    }
    const auto object = find(way.back(), part);
    if (!object) fail_missing(path);
    File next = file(*object);
    if (!next.is_symlink() || (parts.empty() && last == LastLink::kKeep)) {
      way.push_back(std::move(next));
      continue;
    }
    if (++links > kMaxLinks) fail(ErrorKind::kState, "{}: too many levels of symbolic links", path);
    const std::string target = link_target(next);
    if (!target.empty() && target.front() == '/') way.resize(1, way.front());
    const std::deque<std::string> more = parts_of(target);
    parts.insert(parts.begin(), more.begin(), more.end());
  }
  return way.back();
}

}  // namespace sealift::dataset
