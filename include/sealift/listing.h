// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/vault.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading a vault's datasets and their properties, under zfs's names (OpenZFS
/// module/zcommon/zfs_prop.c).
namespace sealift {

namespace catalog {
struct Item;
struct DatasetRecord;
}  // namespace catalog

enum class EntryType : unsigned { kFilesystem = 1, kVolume = 2, kSnapshot = 4, kBookmark = 8 };
constexpr unsigned kAllEntryTypes = 15;

/// Where a property's value comes from.
enum class PropertySource : std::uint8_t { kNone, kDefault, kLocal, kInherited, kReceived };

/// How a number is shown to people.
enum class Unit : std::uint8_t { kText, kCount, kBytes, kTime };

/// A property of one entry.
struct Property {
  std::string value = "-";              ///< exact: bytes, or seconds since 1970, as digits
  std::optional<std::uint64_t> number;  ///< the same as a number, where it is one
  Unit unit = Unit::kText;
  PropertySource source = PropertySource::kNone;
  std::string inherited_from;                    ///< for kInherited
  std::optional<std::string> received;           ///< the received value, in force or not
  std::optional<std::uint64_t> received_number;  ///< the same as a number, where it is one
  bool applies = true;                           ///< false: this entry has no such property
};

/// One dataset, snapshot or bookmark. Cheap to copy; valid while its Listing lives.
class Entry {
 public:
  explicit Entry(std::shared_ptr<const catalog::Item> item) : item_(std::move(item)) {}

  const std::string& name() const;
  EntryType type() const;
  /// The dataset's own name, for a snapshot or bookmark too.
  std::string dataset() const;
  /// What follows '@' or '#'; empty for a dataset.
  std::string item_name() const;
  std::uint64_t createtxg() const;
  /// `name` must pass is_property().
  Property property(std::string_view name) const;
  /// The user properties in force, inherited ones too.
  std::vector<std::string> user_properties() const;

  /// zfs's order: by name, snapshots of one dataset by creation and right behind it.
  bool operator<(const Entry& other) const;

 private:
  std::shared_ptr<const catalog::Item> item_;
};

/// Says whether a key that is loaded opens an encrypted dataset. <sealift/keyring.h> makes one;
/// a listing itself sees no keys.
using IsKeyLoaded = std::function<bool(const catalog::DatasetRecord&)>;

/// Reads one committed state of a vault. One thread at a time.
class Listing {
 public:
  /// `vault` must outlive this and must not be refreshed meanwhile. Without `is_key_loaded` no
  /// key is available.
  explicit Listing(const Vault& vault, IsKeyLoaded is_key_loaded = {});
  ~Listing();

  struct Selection {
    unsigned types = kAllEntryTypes;  ///< of EntryType, or-ed
    /// How far below the name given; its snapshots are one below it.
    unsigned depth = std::numeric_limits<unsigned>::max();
  };
  /// Appends to the listing what `selection` takes of `name` and below it; the root's name means
  /// everything. Throws Error(kState) if there is no such dataset, snapshot or bookmark.
  std::vector<Entry> find(const std::string& name, const Selection& selection) const;

  /// One entry alone. Throws as find() does.
  Entry at(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A property that sealift knows.
struct PropertyInfo {
  std::string_view name;
  std::string_view heading;  ///< column title, upper case
  Unit unit = Unit::kText;
  bool is_read_only = false;
  bool is_right_aligned = false;
};
/// By name or zfs's short column name ("avail", "refer"); nothing for user properties.
const PropertyInfo* find_property(std::string_view name);
/// What `list -o all` and `get all` show, in their order.
std::vector<const PropertyInfo*> all_properties();
/// True for "module:name", and such as the name may be.
bool is_user_property(std::string_view name);
/// A native property, a user property, or "written@snapshot".
bool is_property(std::string_view name);

}  // namespace sealift
