// SPDX-License-Identifier: Apache-2.0
#include "dataset/extended_attributes.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/error.h"
#include "dataset/file_reader.h"
#include "stream/nvlist.h"

namespace sealift::dataset {
namespace {

/// More than any system lets a file have (XATTR_LIST_MAX is 64 KiB of names).
constexpr std::size_t kMaxXattrs = 32768;

/// Of all values of a file that are kept in memory.
constexpr std::uint64_t kMaxValuesBytes = 16U << 20;

/// Nothing for what OpenZFS on Linux does not show.
std::optional<std::string> linux_name(const std::string& name) {
  constexpr std::array<std::string_view, 3> known = {"user.", "trusted.", "security."};
  for (const std::string_view prefix : known)
    if (name.compare(0, prefix.size(), prefix) == 0) return name;
  if (name == "system.posix_acl_access" || name == "system.posix_acl_default") return name;
  if (name.compare(0, 8, "freebsd:") == 0) return std::nullopt;
  return "user." + name;
}

using Found = std::map<std::string, ExtendedAttribute>;

/// What comes first stays: OpenZFS looks among the system attributes first.
void keep(Found& found, const std::string& name, Bytes value, std::uint64_t size) {
  const auto shown = linux_name(name);
  if (!shown) return;
  found.try_emplace(*shown, ExtendedAttribute{*shown, std::move(value), size});
  if (found.size() > kMaxXattrs) fail(ErrorKind::kDamaged, "more extended attributes than can be");
}

void read_packed(const Attributes::Value& packed, Found& found) {
  if (packed.bytes.empty()) return;
  const stream::UnpackedNvlist unpacked = stream::decode_nvlist(packed.bytes);
  for (const stream::Nvlist::Pair& pair : unpacked.list.pairs()) {
    const auto* value = std::get_if<Bytes>(&pair.value);
    if (value == nullptr) fail(ErrorKind::kDamaged, "an extended attribute of a wrong type");
    keep(found, pair.name, *value, value->size());
  }
}

void read_directory(const FileSystem& files, const File& directory, Found& found) {
  if (!directory.is_directory()) fail(ErrorKind::kDamaged, "no directory of extended attributes");
  std::uint64_t left = kMaxValuesBytes;
  files.each_entry(directory, [&](const DirectoryEntry& entry) {
    const File file = files.file(entry.object);
    if (!file.is_regular()) return true;
    Bytes value;
    if (file.size <= std::min(kMaxXattrBytes, left)) {
      left -= file.size;
      value.resize(file.size);
      FileReader(files.plaintext(), file).read(0, value);
    }
    keep(found, entry.name, std::move(value), file.size);
    return true;
  });
}

}  // namespace

void each_extended_attribute(const FileSystem& files, const File& file, const VisitXattr& visit) {
  Found found;
  in_context(fmt::format("object {}, extended attributes", file.number()), [&] {
    if (const Attributes::Value* packed = file.attributes.find(Attribute::kXattrs))
      read_packed(*packed, found);
    if (file.xattr_directory != 0) read_directory(files, files.file(file.xattr_directory), found);
  });
  for (const auto& [name, attribute] : found) visit(attribute);
}

}  // namespace sealift::dataset
