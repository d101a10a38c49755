// SPDX-License-Identifier: Apache-2.0
#include "cli/entry_json.h"

namespace sealift::cli {
namespace {

std::string_view type_name(EntryType type) {
  switch (type) {
    case EntryType::kFilesystem:
      return "FILESYSTEM";
    case EntryType::kVolume:
      return "VOLUME";
    case EntryType::kSnapshot:
      return "SNAPSHOT";
    case EntryType::kBookmark:
      return "BOOKMARK";
  }
  return "";
}

std::string_view source_name(PropertySource source) {
  switch (source) {
    case PropertySource::kNone:
      return "NONE";
    case PropertySource::kDefault:
      return "DEFAULT";
    case PropertySource::kLocal:
      return "LOCAL";
    case PropertySource::kInherited:
      return "INHERITED";
    case PropertySource::kReceived:
      return "RECEIVED";
  }
  return "";
}

}  // namespace

Json json_entry(const Entry& entry, const JsonStyle& style) {
  Json object = {{"name", entry.name()}, {"type", type_name(entry.type())}};
  object["pool"] = entry.name().substr(0, entry.name().find_first_of("/@#"));
  if (style.integers) {
    object["createtxg"] = entry.createtxg();
  } else {
    object["createtxg"] = std::to_string(entry.createtxg());
  }
  if (entry.type() == EntryType::kSnapshot) {
    object["dataset"] = entry.dataset();
    object["snapshot_name"] = entry.item_name();
  }
  object["properties"] = Json::object();
  return object;
}

Json json_property(const Property& property, const JsonStyle& style) {
  Json object;
  if (style.integers && property.number) {
    object["value"] = *property.number;
  } else {
    object["value"] = show(property, style.precision);
  }
  const bool is_inherited = property.source == PropertySource::kInherited;
  object["source"] = {{"type", source_name(property.source)},
                      {"data", is_inherited ? property.inherited_from : "-"}};
  return object;
}

}  // namespace sealift::cli
