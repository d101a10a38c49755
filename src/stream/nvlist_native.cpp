// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/error.h"
#include "stream/nvlist_format.h"

namespace sealift::stream::nvlist_format {
namespace {

class NativeDecoder {
 public:
  explicit NativeDecoder(Cursor& from) : from_(from) {}

  Nvlist list(std::uint32_t flags, int depth) {
    if (depth > Nvlist::kMaxDepth) fail(ErrorKind::kDamaged, "packed list: nested too deeply");
    Nvlist list(flags);
    while (const std::uint32_t size = from_.u32()) append(list, size, depth);
    return list;
  }

 private:
  struct Header {
    std::size_t name_size;
    std::uint32_t count;
    DataType type;
  };

  void append(Nvlist& list, std::uint32_t size, int depth) {
    // The list doubles when it is full: then there are three of each pair.
    from_.charge(3 * sizeof(Nvlist::Pair));
    if (size < kPairHeaderSize || size % 8 != 0) {
      fail(ErrorKind::kDamaged, "packed list: a pair of {} bytes", size);
    }
    Cursor pair(from_.take(size - 4), from_.endian());
    const Header header = this->header(pair);
    std::string name = this->name(pair, header.name_size);
    from_.charge_text(name.size());
    Nvlist::Value value = this->value(pair, header, depth);
    if (!all_zero(pair.take(pair.left()))) {
      fail(ErrorKind::kDamaged, "packed list: '{}' is padded with more than zeros", name);
    }
    list.append({std::move(name), header.type, std::move(value)});
    if (pair_image_size(list.pairs().back()) != size) {
      fail(ErrorKind::kDamaged, "packed list: '{}' takes {} bytes, not its own size",
           list.pairs().back().name, size);
    }
  }

  Header header(Cursor& pair) const {
    const ByteView sizes = pair.take(4);
    const auto name_size = load<std::uint16_t>(sizes.data(), pair.endian());
    if (load<std::uint16_t>(sizes.data() + 2, pair.endian()) != 0) {
      fail(ErrorKind::kDamaged, "packed list: a reserved field is not zero");
    }
    const std::uint32_t count = pair.u32();
    return {name_size, count, static_cast<DataType>(pair.u32())};
  }

  std::string name(Cursor& pair, std::size_t size) const {
    const ByteView padded = pair.take(round_up(kPairHeaderSize + size, 8) - kPairHeaderSize);
    if (size == 0 || std::count(padded.begin(), padded.begin() + static_cast<long>(size), 0) != 1 ||
        !all_zero(padded.subspan(size - 1))) {
      fail(ErrorKind::kDamaged, "packed list: a name is not what its size says");
    }
    return std::string(as_text(padded.first(size - 1)));
  }

  Nvlist::Value value(Cursor& pair, const Header& header, int depth) {
    const Shape shape = shape_of(header.type);
    const std::uint32_t scalar = shape.kind == Shape::Kind::kNone ? 0 : 1;
    if (shape.kind == Shape::Kind::kUnknown || (!shape.array && header.count != scalar)) {
      fail(ErrorKind::kDamaged, "packed list: type {} with {} elements",
           static_cast<std::uint32_t>(header.type), header.count);
    }
    switch (shape.kind) {
      case Shape::Kind::kNumber:
        return numbers(pair, header, shape);
      case Shape::Kind::kText:
        return texts(pair, header, shape);
      case Shape::Kind::kList:
        return lists(pair, header, {shape, depth});
      default:
        return std::monostate();
    }
  }

  Nvlist::Value numbers(Cursor& pair, const Header& header, const Shape& shape) {
    const ByteView image = pair.take(std::uint64_t{header.count} * shape.width);
    if (shape.array) from_.charge(header.count * sizeof(std::uint64_t));
    if (is_byte_array(header.type)) return Bytes(image.begin(), image.end());
    std::vector<std::uint64_t> values;
    values.reserve(header.count);
    for (std::size_t at = 0; at < image.size(); at += shape.width) {
      values.push_back(load_number(image.data() + at, shape, pair.endian()));
      check_number(header.type, values.back());
    }
    if (shape.array) return values;
    return values.front();
  }

  std::string text(Cursor& pair) {
    Cursor ahead = pair;
    const ByteView rest = ahead.take(ahead.left());
    const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{0});
    if (end == rest.end()) fail(ErrorKind::kDamaged, "packed list: a string without its end");
    const ByteView bytes = pair.take(static_cast<std::size_t>(end - rest.begin()) + 1);
    from_.charge_text(bytes.size() - 1);
    return std::string(as_text(bytes.first(bytes.size() - 1)));
  }

  Nvlist::Value texts(Cursor& pair, const Header& header, const Shape& shape) {
    if (!shape.array) return text(pair);
    expect_zero(pair.take(std::uint64_t{header.count} * kPointerSize));
    from_.charge(header.count * sizeof(std::string));
    std::vector<std::string> values;
    values.reserve(header.count);
    for (std::uint32_t i = 0; i < header.count; ++i) values.push_back(text(pair));
    return values;
  }

  struct Embedding {
    Shape shape;
    int depth;
  };

  Nvlist::Value lists(Cursor& pair, const Header& header, const Embedding& embedding) {
    if (embedding.shape.array) expect_zero(pair.take(std::uint64_t{header.count} * kPointerSize));
    const ByteView images = pair.take(std::uint64_t{header.count} * kListImageSize);
    from_.charge(header.count * (sizeof(Nvlist) + kAllocationOverhead));
    std::vector<Nvlist> values;
    values.reserve(header.count);
    for (std::size_t at = 0; at < images.size(); at += kListImageSize) {
      Cursor image(images.subspan(at, kListImageSize), pair.endian());
      expect_zero(image.take(4));  // the version
      const std::uint32_t flags = image.u32();
      expect_zero(image.take(image.left()));
      values.push_back(list(flags, embedding.depth + 1));
    }
    return values;
  }

  static void expect_zero(ByteView bytes) {
    if (!all_zero(bytes)) fail(ErrorKind::kDamaged, "packed list: pointers and pads must be zero");
  }

  Cursor& from_;
};

class NativeEncoder {
 public:
  NativeEncoder(Endian endian, Bytes& to) : endian_(endian), to_(to) {}

  void pairs(const Nvlist& list) {
    for (const Nvlist::Pair& pair : list.pairs()) append(pair);
    u32(0);
  }
  void u32(std::size_t value) { append_number(to_, value, 4, endian_); }

 private:
  void append(const Nvlist::Pair& pair) {
    const std::size_t start = to_.size();
    u32(pair_image_size(pair));
    append_number(to_, pair.name.size() + 1, 2, endian_);
    append_number(to_, 0, 2, endian_);
    u32(element_count(pair));
    u32(static_cast<std::uint32_t>(pair.type));
    text(pair.name);
    to_.resize(start + round_up(to_.size() - start, 8));
    value(pair);
    to_.resize(start + pair_image_size(pair));
    if (const auto* lists = std::get_if<std::vector<Nvlist>>(&pair.value)) {
      for (const Nvlist& each : *lists) pairs(each);
    }
  }

  void value(const Nvlist::Pair& pair) {
    const Shape shape = shape_of(pair.type);
    if (const auto* number = std::get_if<std::uint64_t>(&pair.value)) {
      append_number(to_, *number, shape.width, endian_);
    } else if (const auto* string = std::get_if<std::string>(&pair.value)) {
      text(*string);
    } else if (const auto* bytes = std::get_if<Bytes>(&pair.value)) {
      to_.insert(to_.end(), bytes->begin(), bytes->end());
    } else if (const auto* numbers = std::get_if<std::vector<std::uint64_t>>(&pair.value)) {
      for (const std::uint64_t each : *numbers) append_number(to_, each, shape.width, endian_);
    } else {
      pointed_to(pair, shape);
    }
  }

  void pointed_to(const Nvlist::Pair& pair, const Shape& shape) {
    if (shape.array) to_.resize(to_.size() + element_count(pair) * kPointerSize);
    if (const auto* texts = std::get_if<std::vector<std::string>>(&pair.value)) {
      for (const std::string& each : *texts) text(each);
    } else if (const auto* lists = std::get_if<std::vector<Nvlist>>(&pair.value)) {
      for (const Nvlist& each : *lists) image(each);
    }
  }

  void image(const Nvlist& list) {
    u32(kVersion);
    u32(list.flags());
    to_.resize(to_.size() + kListImageSize - 8);
  }

  void text(const std::string& text) {
    to_.insert(to_.end(), text.begin(), text.end());
    to_.push_back(0);
  }

  Endian endian_;
  Bytes& to_;
};

}  // namespace

Nvlist decode_native(Cursor& from) {
  if (from.u32() != kVersion) fail(ErrorKind::kDamaged, "packed list: unknown version");
  const std::uint32_t flags = from.u32();
  return NativeDecoder(from).list(flags, 0);
}

void encode_native(const Nvlist& list, Endian endian, Bytes& to) {
  NativeEncoder encoder(endian, to);
  encoder.u32(kVersion);
  encoder.u32(list.flags());
  encoder.pairs(list);
}

}  // namespace sealift::stream::nvlist_format
