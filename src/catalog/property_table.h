// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/listing.h>

#include <span>

#include "catalog/records.h"

namespace sealift::catalog {

/// How a property's value is written and kept.
enum class PropertyForm : std::uint8_t {
  kText,
  kIndex,   ///< a name from a list, kept as OpenZFS's number for it
  kNumber,  ///< digits
  kSize,    ///< digits with a suffix, or "none" for 0
};

/// Who decides the value.
enum class PropertyRole : std::uint8_t {
  kReadOnly,
  kOneTime,    ///< chosen when a dataset is made elsewhere; here it only ever arrives
  kPlain,      ///< may be set, is not inherited
  kInherited,  ///< may be set, and holds for descendants that do not set it
};

struct IndexName {
  std::string_view name;
  std::uint64_t value;
};

/// A native property, as OpenZFS registers it (module/zcommon/zfs_prop.c).
struct NativeProperty {
  PropertyInfo info;
  PropertyRole role = PropertyRole::kReadOnly;
  PropertyForm form = PropertyForm::kText;
  unsigned types = 0;  ///< of EntryType, or-ed: which entries have it
  std::span<const IndexName> names;
};

/// All of them, read-only ones first.
std::span<const NativeProperty> native_properties();
/// By name or short column name.
const NativeProperty* find_native(std::string_view name);

/// What `text` means for property `name`, native or user. Throws Error(kUsage), in zfs's words, if
/// there is no such property or it cannot have this value.
PropertyValue parse_value(std::string_view name, std::string_view text);
/// The text of a value that is set or was received.
std::string format_value(std::string_view name, const PropertyValue& value);
/// Throws Error(kUsage) unless `name` is a user property or a native one that may be set.
void check_settable(std::string_view name);

}  // namespace sealift::catalog
