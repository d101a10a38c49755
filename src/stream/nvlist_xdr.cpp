// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/error.h"
#include "stream/nvlist_format.h"

namespace sealift::stream::nvlist_format {
namespace {

class XdrDecoder {
 public:
  explicit XdrDecoder(Cursor& from) : from_(from) {}

  Nvlist list(int depth) {
    if (depth > Nvlist::kMaxDepth) fail(ErrorKind::kDamaged, "packed list: nested too deeply");
    if (from_.u32() != kVersion) fail(ErrorKind::kDamaged, "packed list: unknown version");
    Nvlist list(from_.u32());
    const std::size_t count = count_pairs();
    from_.charge(count * sizeof(Nvlist::Pair) + kAllocationOverhead);
    list.reserve(count);
    for (;;) {
      const std::uint32_t packed_size = from_.u32();
      const std::uint32_t image_size = from_.u32();
      if (packed_size == 0 && image_size == 0) return list;
      append(list, depth);
      check_sizes(list.pairs().back(), packed_size, image_size);
    }
  }

 private:
  /// Each pair says how long it is. A list that grew would take up to three times its memory.
  std::size_t count_pairs() const {
    Cursor ahead = from_;
    std::size_t count = 0;
    while (ahead.left() >= 4) {
      const std::uint32_t size = ahead.u32();
      if (size < kXdrPairSize || size - 4 > ahead.left()) break;
      ahead.take(size - 4);
      ++count;
    }
    return count;
  }

  void append(Nvlist& list, int depth) {
    std::string name = charged_text();
    const auto type = static_cast<DataType>(from_.u32());
    const std::uint32_t count = from_.u32();
    const Shape shape = shape_of(type);
    const std::uint32_t scalar = shape.kind == Shape::Kind::kNone ? 0 : 1;
    if (shape.kind == Shape::Kind::kUnknown || (!shape.array && count != scalar)) {
      fail(ErrorKind::kDamaged, "packed list: '{}' of type {} with {} elements", name,
           static_cast<std::uint32_t>(type), count);
    }
    list.append({std::move(name), type, value(type, count, depth)});
  }

  static void check_sizes(const Nvlist::Pair& pair, std::size_t packed, std::size_t image) {
    if (packed != xdr_pair_size(pair) || image != pair_image_size(pair)) {
      fail(ErrorKind::kDamaged, "packed list: '{}' has not the sizes it says", pair.name);
    }
  }

  Nvlist::Value value(DataType type, std::uint32_t count, int depth) {
    const Shape shape = shape_of(type);
    switch (shape.kind) {
      case Shape::Kind::kNumber:
        break;
      case Shape::Kind::kText:
        return shape.array ? texts(count) : Nvlist::Value(charged_text());
      case Shape::Kind::kList:
        return lists(count, depth);
      default:
        return std::monostate();
    }
    if (type == DataType::kByteArray) {
      from_.charge(count);
      return opaque(count);
    }
    if (!shape.array) return number(type, shape);
    if (count > 0 && from_.u32() != count) {
      fail(ErrorKind::kDamaged, "packed list: an array with two lengths");
    }
    return numbers(type, count);
  }

  Nvlist::Value numbers(DataType type, std::uint32_t count) {
    const Shape shape = shape_of(type);
    check_count(count, std::max<std::uint64_t>(shape.width, 4));
    from_.charge(count * (shape.width == 1 ? 1 : sizeof(std::uint64_t)));
    std::vector<std::uint64_t> values(shape.width == 1 ? 0 : count);
    Bytes bytes(shape.width == 1 ? count : 0);
    for (std::uint64_t& each : values) each = number(type, shape);
    for (std::uint8_t& each : bytes) each = static_cast<std::uint8_t>(number(type, shape));
    if (shape.width == 1) return bytes;
    return values;
  }

  /// Numbers of up to 32 bits take four bytes. OpenZFS's own code widens narrow unsigned
  /// ones with zeros, the C library's XDR those of char with their sign.
  std::uint64_t number(DataType type, const Shape& shape) {
    if (shape.width == 8) return from_.u64();
    const std::uint32_t word = from_.u32();
    const std::uint32_t high = shape.width == 4 ? 0 : word >> (8 * shape.width);
    const std::uint32_t all_ones = shape.width == 4 ? 0 : ~0U >> (8 * shape.width);
    if (high != 0 && high != all_ones) {
      fail(ErrorKind::kDamaged, "packed list: {} does not fit its type", word);
    }
    std::array<std::uint8_t, 4> image;
    store(image.data(), word, Endian::kBig);
    const std::uint64_t value = load_number(image.data() + 4 - shape.width, shape, Endian::kBig);
    check_number(type, value);
    return value;
  }

  Bytes opaque(std::uint32_t size) {
    const ByteView padded = from_.take(round_up(std::uint64_t{size}, 4));
    if (!all_zero(padded.subspan(size))) {
      fail(ErrorKind::kDamaged, "packed list: padded with more than zeros");
    }
    return Bytes(padded.begin(), padded.begin() + size);
  }

  std::string charged_text() {
    std::string read = text();
    from_.charge_text(read.size());
    return read;
  }

  std::string text() {
    const Bytes bytes = opaque(from_.u32());
    const std::string text(as_text(bytes));
    if (text.find('\0') != std::string::npos) {
      fail(ErrorKind::kDamaged, "packed list: a string with a zero inside");
    }
    return text;
  }

  /// A text takes four bytes at least, and a list sixteen.
  Nvlist::Value texts(std::uint32_t count) {
    check_count(count, 4);
    from_.charge(count * sizeof(std::string));
    std::vector<std::string> values;
    values.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) values.push_back(charged_text());
    return values;
  }

  Nvlist::Value lists(std::uint32_t count, int depth) {
    check_count(count, 16);
    std::vector<Nvlist> values;
    from_.charge(count * sizeof(Nvlist) + kAllocationOverhead);
    values.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) values.push_back(list(depth + 1));
    return values;
  }

  void check_count(std::uint32_t count, std::uint64_t least_size) const {
    if (count * least_size > from_.left()) {
      fail(ErrorKind::kDamaged, "packed list: {} elements do not fit in what is left", count);
    }
  }

  Cursor& from_;
};

class XdrEncoder {
 public:
  explicit XdrEncoder(Bytes& to) : to_(to) {}

  void list(const Nvlist& list) {
    u32(kVersion);
    u32(list.flags());
    for (const Nvlist::Pair& pair : list.pairs()) append(pair);
    u32(0);
    u32(0);
  }

 private:
  void append(const Nvlist::Pair& pair) {
    u32(xdr_pair_size(pair));
    u32(pair_image_size(pair));
    text(pair.name);
    u32(static_cast<std::uint32_t>(pair.type));
    u32(element_count(pair));
    if (element_count(pair) > 0) value(pair);
  }

  void value(const Nvlist::Pair& pair) {
    const Shape shape = shape_of(pair.type);
    if (shape.kind == Shape::Kind::kNumber) {
      numbers(pair, shape);
    } else if (const auto* string = std::get_if<std::string>(&pair.value)) {
      text(*string);
    } else if (const auto* texts = std::get_if<std::vector<std::string>>(&pair.value)) {
      for (const std::string& each : *texts) text(each);
    } else if (const auto* lists = std::get_if<std::vector<Nvlist>>(&pair.value)) {
      for (const Nvlist& each : *lists) list(each);
    }
  }

  void numbers(const Nvlist::Pair& pair, const Shape& shape) {
    if (pair.type == DataType::kByteArray) return opaque(std::get<Bytes>(pair.value));
    if (shape.array) u32(element_count(pair));
    if (const auto* bytes = std::get_if<Bytes>(&pair.value)) {
      for (const std::uint8_t each : *bytes) u32(each);
    } else if (const auto* values = std::get_if<std::vector<std::uint64_t>>(&pair.value)) {
      for (const std::uint64_t each : *values) number(each, shape);
    } else {
      number(std::get<std::uint64_t>(pair.value), shape);
    }
  }

  void number(std::uint64_t value, const Shape& shape) {
    const std::uint64_t narrow = shape.width == 1 ? value & 0xff : value;
    append_number(to_, narrow, shape.width == 8 ? 8 : 4, Endian::kBig);
  }

  void opaque(ByteView bytes) {
    to_.insert(to_.end(), bytes.begin(), bytes.end());
    to_.resize(to_.size() + round_up(bytes.size(), 4) - bytes.size());
  }
  void text(const std::string& text) {
    u32(text.size());
    opaque(as_bytes(text));
  }
  void u32(std::size_t value) { append_number(to_, value, 4, Endian::kBig); }

  Bytes& to_;
};

}  // namespace

Nvlist decode_xdr(Cursor& from) {
  return XdrDecoder(from).list(0);
}

void encode_xdr(const Nvlist& list, Bytes& to) {
  XdrEncoder(to).list(list);
}

}  // namespace sealift::stream::nvlist_format
