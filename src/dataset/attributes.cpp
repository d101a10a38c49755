// SPDX-License-Identifier: Apache-2.0
#include "dataset/attributes.h"

#include <charconv>

#include "base/checked.h"
#include "base/error.h"
#include "dataset/object_types.h"
#include "dataset/zap.h"
#include "dataset/znode_format.h"

namespace sealift::dataset {
namespace {

constexpr std::size_t kAlignment = 8;
/// Of one layout: an attribute is in none twice, and a dataset has some two dozen.
constexpr std::size_t kMaxLayoutAttributes = 1024;

std::optional<Attribute> attribute_named(std::string_view name) {
  for (const AttributeInfo& each : kAttributeTable)
    if (each.name == name) return each.attribute;
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> Attributes::number(Attribute attribute, std::size_t index) const {
  const Value* value = find(attribute);
  if (value == nullptr || value->bytes.size() < (index + 1) * sizeof(std::uint64_t))
    return std::nullopt;
  return load<std::uint64_t>(value->bytes.data() + index * sizeof(std::uint64_t),
                             value->byte_order);
}

void Attributes::add(Attribute attribute, ByteView bytes, Endian byte_order) {
  auto& value = values_[static_cast<std::size_t>(attribute)];
  if (!value) value = Value{Bytes(bytes.begin(), bytes.end()), byte_order};
}

AttributeTables::AttributeTables() {
  for (std::size_t i = 0; i < kLegacyAttributes; ++i)
    registry_[static_cast<std::uint16_t>(i)] = {kAttributeTable[i].attribute,
                                                kAttributeTable[i].length};
}

AttributeTables::AttributeTables(Plaintext& from, std::uint64_t object) : AttributeTables() {
  Zap master(from, object);
  // Neither is there before the first file is made.
  if (const auto registry = master.find(kSaRegistryName)) read_registry(from, registry->number());
  if (const auto layouts = master.find(kSaLayoutsName)) read_layouts(from, layouts->number());
}

void AttributeTables::read_registry(Plaintext& from, std::uint64_t object) {
  Zap(from, object).each([&](const ZapEntry& entry) {
    const std::uint64_t value = entry.number();
    registry_[sa_registration::number_of(value)] = {attribute_named(entry.name),
                                                    sa_registration::length_of(value)};
    return true;
  });
}

void AttributeTables::read_layouts(Plaintext& from, std::uint64_t object) {
  Zap(from, object).each([&](const ZapEntry& entry) {
    const auto number = parse_number(entry.name);
    const bool is_sane = number && *number <= sa_header::kMaxLayout && entry.integer_bytes == 2 &&
                         entry.integers.size() <= kMaxLayoutAttributes;
    if (!is_sane) fail(ErrorKind::kDamaged, "an impossible layout '{}'", entry.name);
    layouts_[*number] = resolve({entry.integers.begin(), entry.integers.end()});
    return true;
  });
}

std::vector<AttributeTables::Registered> AttributeTables::resolve(const Layout& layout) const {
  std::vector<Registered> resolved;
  for (const std::uint16_t number : layout) {
    const auto found = registry_.find(number);
    if (found == registry_.end())
      fail(ErrorKind::kDamaged, "a layout with an attribute {} that is not registered", number);
    resolved.push_back(found->second);
  }
  return resolved;
}

Attributes AttributeTables::read(Plaintext& from, const Object& object) const {
  return in_context(fmt::format("object {}", object.number), [&] {
    if (object.dnode.bonus_type == object_type::kZnode)
      return decode_legacy_znode(object.bonus, object.byte_order);
    if (object.dnode.bonus_type != object_type::kSystemAttributes)
      fail(ErrorKind::kDamaged, "it is no file");
    Attributes attributes;
    decode(object.bonus, object.byte_order, attributes);
    if (const auto spill = from.read_spill(object))
      decode(spill->bytes, spill->byte_order, attributes);
    return attributes;
  });
}

void AttributeTables::decode(ByteView buffer, Endian byte_order, Attributes& into) const {
  if (buffer.size() < sa_header::size_for(0) ||
      load<std::uint32_t>(buffer.data(), byte_order) != sa_header::kMagic)
    fail(ErrorKind::kDamaged, "no system attributes where they should be");
  const std::uint64_t number =
      sa_header::layout_of(load<std::uint16_t>(buffer.data() + sa_header::kInfoOffset, byte_order));
  if (number == kLegacyLayout || number == kEmptyLayout) return;
  const auto layout = layouts_.find(number);
  if (layout == layouts_.end()) fail(ErrorKind::kDamaged, "an unknown layout {}", number);

  std::size_t variable = 0;
  for (const Registered& each : layout->second) variable += each.length == 0 ? 1 : 0;
  std::size_t at = sa_header::size_for(variable);
  if (at > buffer.size()) fail(ErrorKind::kDamaged, "system attributes that are cut off");
  const std::uint8_t* lengths = buffer.data() + sa_header::kLengthsOffset;
  for (const Registered& each : layout->second) {
    std::size_t length = each.length;
    if (length == 0) {
      length = load<std::uint16_t>(lengths, byte_order);
      lengths += sizeof(std::uint16_t);
    }
    if (at > buffer.size() || length > buffer.size() - at)
      fail(ErrorKind::kDamaged, "system attributes that are cut off");
    if (each.attribute) into.add(*each.attribute, buffer.subspan(at, length), byte_order);
    at += round_up(length, kAlignment);
  }
}

Attributes decode_legacy_znode(ByteView bonus, Endian byte_order) {
  if (bonus.size() < legacy_znode::kBytes) fail(ErrorKind::kDamaged, "a znode that is cut off");
  Attributes attributes;
  std::size_t at = 0;
  for (std::size_t i = 0; i < kLegacyAttributes; ++i) {
    const std::size_t length = kAttributeTable[i].length;
    attributes.add(kAttributeTable[i].attribute, bonus.subspan(at, length), byte_order);
    at += length;
  }
  const std::uint64_t mode = *attributes.number(Attribute::kMode);
  const std::uint64_t size = *attributes.number(Attribute::kSize);
  const ByteView behind = bonus.subspan(legacy_znode::kBytes);
  // A link that does not fit is in the file's data.
  if ((mode & file_mode::kTypeMask) == file_mode::kSymlink && size <= behind.size())
    attributes.add(Attribute::kSymlink, behind.first(size), byte_order);
  return attributes;
}

}  // namespace sealift::dataset
