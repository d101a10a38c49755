// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "base/checked.h"
#include "base/error.h"
#include "catalog/property_table.h"

namespace sealift::catalog {
namespace {

/// OpenZFS: ZAP_MAXNAMELEN and ZFS_MAXPROPLEN, without the end of a C string.
constexpr std::size_t kMaxUserNameBytes = 255;
constexpr std::size_t kMaxValueBytes = 8191;
/// SPA_MINBLOCKSIZE, SPA_MAXBLOCKSIZE
constexpr std::uint64_t kMinBlockBytes = 512;
constexpr std::uint64_t kMaxBlockBytes = 16 << 20;

bool is_user_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
         c == ':';
}

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

/// "128K", "1m", "10G", "512B", "16KiB": powers of 1024.
std::optional<std::uint64_t> size(std::string_view text) {
  const auto end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto number = digits({text.begin(), end});
  std::string suffix(end, text.end());
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (!number || suffix.empty() || suffix == "B") return number;
  const std::size_t power = std::string_view("KMGTPE").find(suffix.front());
  const std::string_view unit = std::string_view(suffix).substr(1);
  if (power == std::string_view::npos || (!unit.empty() && unit != "B" && unit != "IB")) {
    return std::nullopt;
  }
  return checked_mul(*number, std::uint64_t{1} << (10 * (power + 1)));
}

[[noreturn]] void refuse_value(const NativeProperty& property, std::string_view why) {
  fail(ErrorKind::kUsage, "bad property list: '{}' {}", property.info.name, why);
}

PropertyValue index_value(const NativeProperty& property, std::string_view text) {
  for (const IndexName& each : property.names) {
    if (each.name == text) return each.value;
  }
  std::string names;
  for (const IndexName& each : property.names) {
    names.append(names.empty() ? "" : " | ").append(each.name);
  }
  refuse_value(property, fmt::format("must be one of '{}'", names));
}

/// Of the properties that are the size of a block (OpenZFS lib/libzfs/libzfs_dataset.c).
void check_block_size(const NativeProperty& property, std::uint64_t bytes) {
  if (property.info.name != "recordsize" && property.info.name != "volblocksize") return;
  if (is_power_of_two(bytes) && bytes >= kMinBlockBytes && bytes <= kMaxBlockBytes) return;
  refuse_value(property, fmt::format("must be power of 2 from {}B to {}KB", kMinBlockBytes,
                                     kMaxBlockBytes >> 10));
}

PropertyValue number_value(const NativeProperty& property, std::string_view text) {
  if (text == "none") return std::uint64_t{0};
  const auto value = property.form == PropertyForm::kSize ? size(text) : digits(text);
  if (!value) refuse_value(property, fmt::format("must be a number, not '{}'", text));
  check_block_size(property, *value);
  return *value;
}

PropertyValue native_value(const NativeProperty& property, std::string_view text) {
  switch (property.form) {
    case PropertyForm::kIndex:
      return index_value(property, text);
    case PropertyForm::kNumber:
    case PropertyForm::kSize:
      return number_value(property, text);
    case PropertyForm::kText:
      break;
  }
  return std::string(text);
}

}  // namespace

PropertyValue parse_value(std::string_view name, std::string_view text) {
  if (text.size() > kMaxValueBytes) {
    fail(ErrorKind::kUsage, "property value '{}' too long", name);
  }
  if (const NativeProperty* native = find_native(name)) return native_value(*native, text);
  if (!is_user_property(name)) fail(ErrorKind::kUsage, "invalid property '{}'", name);
  return std::string(text);
}

std::string format_value(std::string_view name, const PropertyValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const std::uint64_t number = std::get<std::uint64_t>(value);
  const NativeProperty* native = find_native(name);
  if (native != nullptr && native->form == PropertyForm::kIndex) {
    for (const IndexName& each : native->names) {
      if (each.value == number) return std::string(each.name);
    }
  }
  return std::to_string(number);
}

void check_settable(std::string_view name) {
  const NativeProperty* native = find_native(name);
  if (native == nullptr && !is_user_property(name)) {
    fail(ErrorKind::kUsage, "invalid property '{}'", name);
  }
  if (native != nullptr && native->info.is_read_only) {
    fail(ErrorKind::kUsage, "'{}' is readonly", native->info.name);
  }
}

}  // namespace sealift::catalog

namespace sealift {

std::uint64_t parse_size(std::string_view text) {
  const auto value = catalog::size(text);
  if (!value) fail(ErrorKind::kUsage, "bad numeric value '{}'", text);
  return *value;
}

bool is_user_property(std::string_view name) {
  return name.find(':') != std::string_view::npos && name.size() <= catalog::kMaxUserNameBytes &&
         std::all_of(name.begin(), name.end(), catalog::is_user_character) && name.front() != '-';
}

bool is_property(std::string_view name) {
  constexpr std::string_view kWrittenSince = "written@";
  if (name.starts_with(kWrittenSince)) return name.size() > kWrittenSince.size();
  return catalog::find_native(name) != nullptr || is_user_property(name);
}

const PropertyInfo* find_property(std::string_view name) {
  const catalog::NativeProperty* native = catalog::find_native(name);
  return native == nullptr ? nullptr : &native->info;
}

std::vector<const PropertyInfo*> all_properties() {
  std::vector<const PropertyInfo*> all;
  for (const auto& each : catalog::native_properties()) all.push_back(&each.info);
  return all;
}

}  // namespace sealift
