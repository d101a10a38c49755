// SPDX-License-Identifier: Apache-2.0
#include "stream/nvlist_format.h"

#include "base/error.h"

namespace sealift::stream::nvlist_format {
Shape shape_of(DataType type) {
  using Kind = Shape::Kind;
  switch (type) {
    case DataType::kBoolean:
      return {Kind::kNone, false, 0, false};
    case DataType::kByte:
    case DataType::kUint8:
      return {Kind::kNumber, false, 1, false};
    case DataType::kInt8:
      return {Kind::kNumber, false, 1, true};
    case DataType::kInt16:
      return {Kind::kNumber, false, 2, true};
    case DataType::kUint16:
      return {Kind::kNumber, false, 2, false};
    case DataType::kInt32:
      return {Kind::kNumber, false, 4, true};
    case DataType::kUint32:
    case DataType::kBooleanValue:
      return {Kind::kNumber, false, 4, false};
    case DataType::kInt64:
    case DataType::kHrtime:
      return {Kind::kNumber, false, 8, true};
    case DataType::kUint64:
    case DataType::kDouble:
      return {Kind::kNumber, false, 8, false};
    case DataType::kString:
      return {Kind::kText, false, 0, false};
    case DataType::kNvlist:
      return {Kind::kList, false, 0, false};
    case DataType::kByteArray:
    case DataType::kUint8Array:
      return {Kind::kNumber, true, 1, false};
    case DataType::kInt8Array:
      return {Kind::kNumber, true, 1, true};
    case DataType::kInt16Array:
      return {Kind::kNumber, true, 2, true};
    case DataType::kUint16Array:
      return {Kind::kNumber, true, 2, false};
    case DataType::kInt32Array:
      return {Kind::kNumber, true, 4, true};
    case DataType::kUint32Array:
    case DataType::kBooleanArray:
      return {Kind::kNumber, true, 4, false};
    case DataType::kInt64Array:
      return {Kind::kNumber, true, 8, true};
    case DataType::kUint64Array:
      return {Kind::kNumber, true, 8, false};
    case DataType::kStringArray:
      return {Kind::kText, true, 0, false};
    case DataType::kNvlistArray:
      return {Kind::kList, true, 0, false};
  }
  return {};
}

bool is_byte_array(DataType type) {
  const Shape shape = shape_of(type);
  return shape.array && shape.width == 1;
}

std::size_t element_count(const Nvlist::Pair& pair) {
  const Shape shape = shape_of(pair.type);
  if (!shape.array) return shape.kind == Shape::Kind::kNone ? 0 : 1;
  if (const auto* bytes = std::get_if<Bytes>(&pair.value)) return bytes->size();
  if (const auto* texts = std::get_if<std::vector<std::string>>(&pair.value)) return texts->size();
  if (const auto* lists = std::get_if<std::vector<Nvlist>>(&pair.value)) return lists->size();
  return std::get<std::vector<std::uint64_t>>(pair.value).size();
}

std::size_t image_size(const Nvlist::Pair& pair) {
  const Shape shape = shape_of(pair.type);
  const std::size_t count = element_count(pair);
  switch (shape.kind) {
    case Shape::Kind::kNumber:
      return count * shape.width;
    case Shape::Kind::kList:
      return count * (kListImageSize + (shape.array ? kPointerSize : 0));
    case Shape::Kind::kText:
      break;
    default:
      return 0;
  }
  if (!shape.array) return std::get<std::string>(pair.value).size() + 1;
  std::size_t size = count * kPointerSize;
  for (const std::string& text : std::get<std::vector<std::string>>(pair.value)) {
    size += text.size() + 1;
  }
  return size;
}

std::size_t pair_image_size(const Nvlist::Pair& pair) {
  return round_up(kPairHeaderSize + pair.name.size() + 1, 8) + round_up(image_size(pair), 8);
}

namespace {

std::size_t xdr_value_size(const Nvlist::Pair& pair) {
  const Shape shape = shape_of(pair.type);
  const std::size_t count = element_count(pair);
  if (shape.kind == Shape::Kind::kNumber) {
    if (pair.type == DataType::kByteArray) return round_up(count, 4);
    return count * std::max<std::size_t>(shape.width, 4) + (shape.array ? 4 : 0);
  }
  std::size_t size = 0;
  if (const auto* text = std::get_if<std::string>(&pair.value)) {
    size = 4 + round_up(text->size(), 4);
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&pair.value)) {
    for (const std::string& each : *texts) size += 4 + round_up(each.size(), 4);
  } else if (const auto* lists = std::get_if<std::vector<Nvlist>>(&pair.value)) {
    for (const Nvlist& each : *lists) size += reserved_size(each, Packing::Format::kXdr);
  }
  return size;
}

std::size_t native_pair_size(const Nvlist::Pair& pair) {
  std::size_t size = pair_image_size(pair);
  if (const auto* lists = std::get_if<std::vector<Nvlist>>(&pair.value)) {
    // An embedded list's version and flags are in its image, its pairs and end mark follow.
    for (const Nvlist& each : *lists) size += reserved_size(each, Packing::Format::kNative) - 8;
  }
  return size;
}

}  // namespace

std::size_t xdr_pair_size(const Nvlist::Pair& pair) {
  return kXdrPairSize + round_up(pair.name.size(), 4) + xdr_value_size(pair);
}

std::size_t reserved_size(const Nvlist& list, Packing::Format format) {
  const bool xdr = format == Packing::Format::kXdr;
  std::size_t size = xdr ? 16 : 12;  // version, flags, end mark
  for (const Nvlist::Pair& pair : list.pairs()) {
    size += xdr ? xdr_pair_size(pair) : native_pair_size(pair);
  }
  return size;
}

ByteView Cursor::take(std::size_t size) {
  if (size > rest_.size()) {
    fail(ErrorKind::kDamaged, "packed list: {} bytes wanted at byte {}, {} left", size, position(),
         rest_.size());
  }
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

void Cursor::charge(std::size_t bytes) {
  unpacked_bytes_ += bytes;
  if (unpacked_bytes_ > Nvlist::kMaxUnpackedBytes) {
    fail(ErrorKind::kDamaged, "packed list: it takes more than {} bytes of memory",
         Nvlist::kMaxUnpackedBytes);
  }
}

void Cursor::charge_text(std::size_t size) {
  constexpr std::size_t kept_inside = 15;
  if (size > kept_inside) charge(size + 1 + kAllocationOverhead);
}

std::uint64_t load_number(const std::uint8_t* from, const Shape& shape, Endian endian) {
  std::uint64_t value = 0;
  switch (shape.width) {
    case 1:
      value = *from;
      break;
    case 2:
      value = load<std::uint16_t>(from, endian);
      break;
    case 4:
      value = load<std::uint32_t>(from, endian);
      break;
    default:
      return load<std::uint64_t>(from, endian);
  }
  const int unused = 64 - 8 * shape.width;
  if (!shape.is_signed) return value;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << unused) >> unused);
}

void append_number(Bytes& to, std::uint64_t value, std::uint8_t width, Endian endian) {
  const std::size_t at = to.size();
  to.resize(at + width);
  switch (width) {
    case 1:
      to[at] = static_cast<std::uint8_t>(value);
      return;
    case 2:
      return store(to.data() + at, static_cast<std::uint16_t>(value), endian);
    case 4:
      return store(to.data() + at, static_cast<std::uint32_t>(value), endian);
    default:
      return store(to.data() + at, value, endian);
  }
}

void check_number(DataType type, std::uint64_t value) {
  const bool boolean = type == DataType::kBooleanValue || type == DataType::kBooleanArray;
  if (boolean && value > 1) fail(ErrorKind::kDamaged, "packed list: a boolean is {}", value);
}

}  // namespace sealift::stream::nvlist_format
