// SPDX-License-Identifier: Apache-2.0
#include "dataset/attribute_writer.h"

#include <algorithm>

#include "base/checked.h"
#include "base/error.h"
#include "dataset/object_types.h"
#include "dataset/zap.h"
#include "dataset/zap_object.h"
#include "stream/record_format.h"

namespace sealift::dataset {
namespace {

constexpr std::size_t kAlign = 8;
constexpr std::size_t kPointerBytes = 128;  ///< that a spill block's pointer takes of a bonus
constexpr std::size_t kMaxSpillBytes = 128U << 10;
/// The sequence numbers of files are younger than the releases that must read this.
constexpr std::size_t kRegistered = static_cast<std::size_t>(Attribute::kSequence);

bool is_variable(Attribute attribute) {
  return kAttributeTable[static_cast<std::size_t>(attribute)].length == 0;
}

/// Bytes of the values [first, end) with their header.
std::size_t size_of(const AttributeValues& values, std::size_t first, std::size_t end) {
  std::size_t variable = 0;
  std::size_t bytes = 0;
  for (std::size_t i = first; i < end; ++i) {
    bytes = round_up(bytes, kAlign) + values[i].bytes.size();
    if (is_variable(values[i].attribute)) ++variable;
  }
  return sa_header::size_for(std::max<std::size_t>(variable, 1)) + bytes;
}

}  // namespace

AttributeValue AttributeValue::number(Attribute attribute, std::uint64_t value) {
  AttributeValue made{attribute, Bytes(sizeof value)};
  store(made.bytes.data(), value, Endian::kLittle);
  return made;
}

AttributeValue AttributeValue::numbers(Attribute attribute, std::uint64_t first,
                                       std::uint64_t second) {
  AttributeValue made{attribute, Bytes(2 * sizeof first)};
  store(made.bytes.data(), first, Endian::kLittle);
  store(made.bytes.data() + sizeof first, second, Endian::kLittle);
  return made;
}

AttributeWriter::AttributeWriter(SetWriter& writer, std::uint64_t object)
    : writer_(writer), master_(object) {
  register_all();
}

AttributeWriter::AttributeWriter(SetWriter& writer, std::uint64_t object, Plaintext& from)
    : writer_(writer), master_(object) {
  Zap master(from, object);
  if (const auto found = master.find(kSaRegistryName)) {
    registry_object_ = found->number();
    Zap(from, registry_object_).each([&](const ZapEntry& entry) {
      registry_.emplace(entry.name, entry.number());
      return true;
    });
  }
  if (const auto found = master.find(kSaLayoutsName)) {
    layouts_object_ = found->number();
    Zap(from, layouts_object_).each([&](const ZapEntry& entry) {
      const std::uint64_t number = std::stoull(entry.name);
      layouts_.emplace(Layout(entry.integers.begin(), entry.integers.end()), number);
      next_layout_ = std::max(next_layout_, number + 1);
      return true;
    });
  }
  register_all();
}

/// What the file system has no number for yet gets the next one.
void AttributeWriter::register_all() {
  std::uint16_t next = 0;
  for (const auto& [name, value] : registry_)
    next = std::max<std::uint16_t>(next, sa_registration::number_of(value) + 1U);
  for (std::size_t i = 0; i < kRegistered; ++i) {
    const AttributeInfo& info = kAttributeTable[i];
    const auto [found, is_new] = registry_.try_emplace(std::string(info.name));
    if (is_new) {
      found->second = sa_registration::encode(next++, info.swap, info.length);
      registry_changed_ = true;
    }
    numbers_[info.attribute] = sa_registration::number_of(found->second);
  }
}

std::uint16_t AttributeWriter::number_of(Attribute attribute) const {
  return numbers_.at(attribute);
}

std::uint64_t AttributeWriter::layout_number(const Layout& layout) {
  const auto found = layouts_.find(layout);
  if (found != layouts_.end()) return found->second;
  if (next_layout_ > sa_header::kMaxLayout)
    fail(ErrorKind::kRefused, "the file system has no number left for a layout of attributes");
  layouts_changed_ = true;
  layouts_.emplace(layout, next_layout_);
  return next_layout_++;
}

/// How many values the bonus takes: all, or as many as fit beside a spill block's pointer.
AttributeWriter::Split AttributeWriter::split(const AttributeValues& values,
                                              std::size_t room) const {
  if (size_of(values, 0, values.size()) <= room) return {values.size(), 0};
  std::size_t count = values.size();
  while (size_of(values, 0, count) > room - kPointerBytes) --count;
  const std::size_t bytes = round_up(size_of(values, count, values.size()), stream::kMinBlockSize);
  if (count == 0 || bytes > kMaxSpillBytes)
    fail(ErrorKind::kRefused, "attributes of {} bytes are more than a file can have", bytes);
  return {count, bytes};
}

Bytes AttributeWriter::encode_part(const AttributeValues& values, std::size_t first,
                                   std::size_t end) {
  Layout layout;
  std::size_t variable = 0;
  for (std::size_t i = first; i < end; ++i) {
    layout.push_back(number_of(values[i].attribute));
    if (is_variable(values[i].attribute)) ++variable;
  }
  const std::size_t header = sa_header::size_for(std::max<std::size_t>(variable, 1));
  Bytes out(header);
  store(out.data(), sa_header::kMagic, Endian::kLittle);
  store(out.data() + sa_header::kInfoOffset, sa_header::encode_info(layout_number(layout), header),
        Endian::kLittle);
  std::size_t length_at = sa_header::kLengthsOffset;
  for (std::size_t i = first; i < end; ++i) {
    out.resize(round_up(out.size(), kAlign));
    const Bytes& bytes = values[i].bytes;
    if (is_variable(values[i].attribute)) {
      store(out.data() + length_at, static_cast<std::uint16_t>(bytes.size()), Endian::kLittle);
      length_at += sizeof(std::uint16_t);
    }
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

AttributeBuffers AttributeWriter::encode(const AttributeValues& values, std::size_t room) {
  const Split parts = split(values, room);
  AttributeBuffers made;
  made.bonus = encode_part(values, 0, parts.in_bonus);
  if (parts.spill_bytes == 0) return made;
  made.spill = encode_part(values, parts.in_bonus, values.size());
  made.spill.resize(parts.spill_bytes);
  return made;
}

void AttributeWriter::finish() {
  const bool is_new = registry_object_ == 0 || layouts_object_ == 0;
  if (registry_changed_) {
    std::vector<ZapItem> items;
    for (const auto& [name, value] : registry_) items.push_back({name, 8, {value}});
    if (registry_object_ == 0) registry_object_ = create_zap(writer_, object_type::kSaRegistry);
    write_zap(writer_, registry_object_, std::move(items));
  }
  if (layouts_changed_) {
    std::vector<ZapItem> items;
    for (const auto& [layout, number] : layouts_)
      items.push_back({std::to_string(number), 2, {layout.begin(), layout.end()}});
    if (layouts_object_ == 0) layouts_object_ = create_zap(writer_, object_type::kSaLayouts);
    write_zap(writer_, layouts_object_, std::move(items));
  }
  if (!is_new) return;
  std::vector<ZapItem> items;
  if (registry_object_ != 0) items.push_back({std::string(kSaRegistryName), 8, {registry_object_}});
  if (layouts_object_ != 0) items.push_back({std::string(kSaLayoutsName), 8, {layouts_object_}});
  write_zap(writer_, master_, std::move(items));
}

}  // namespace sealift::dataset
