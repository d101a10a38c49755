// SPDX-License-Identifier: Apache-2.0
#include "stream/nvlist.h"

#include <algorithm>

#include "base/error.h"
#include "stream/nvlist_format.h"

namespace sealift::stream {
namespace {

template <class T>
const T* value_of(const Nvlist::Pair* pair, DataType type) {
  return pair != nullptr && pair->type == type ? std::get_if<T>(&pair->value) : nullptr;
}

}  // namespace

const Nvlist::Pair* Nvlist::find(std::string_view name) const {
  const auto found = std::find_if(pairs_.begin(), pairs_.end(),
                                  [&](const Pair& pair) { return pair.name == name; });
  return found == pairs_.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> Nvlist::get_u64(std::string_view name) const {
  const auto* value = value_of<std::uint64_t>(find(name), DataType::kUint64);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::uint64_t> Nvlist::get_integer(std::string_view name) const {
  const Pair* pair = find(name);
  const auto* value = pair != nullptr ? std::get_if<std::uint64_t>(&pair->value) : nullptr;
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

const std::string* Nvlist::get_string(std::string_view name) const {
  return value_of<std::string>(find(name), DataType::kString);
}

const Nvlist* Nvlist::get_nvlist(std::string_view name) const {
  const auto* value = value_of<std::vector<Nvlist>>(find(name), DataType::kNvlist);
  return value != nullptr ? value->data() : nullptr;
}

const std::vector<std::uint64_t>* Nvlist::get_u64_array(std::string_view name) const {
  return value_of<std::vector<std::uint64_t>>(find(name), DataType::kUint64Array);
}

const Bytes* Nvlist::get_u8_array(std::string_view name) const {
  return value_of<Bytes>(find(name), DataType::kUint8Array);
}

const std::vector<std::string>* Nvlist::get_string_array(std::string_view name) const {
  return value_of<std::vector<std::string>>(find(name), DataType::kStringArray);
}

void Nvlist::append(Pair pair) {
  pairs_.push_back(std::move(pair));
}

Nvlist& Nvlist::add(Pair pair) {
  const auto old = std::find_if(pairs_.begin(), pairs_.end(), [&](const Pair& each) {
    if (each.name != pair.name) return false;
    return (flags_ & kUniqueName) != 0 ||
           ((flags_ & kUniqueNameType) != 0 && each.type == pair.type);
  });
  if (old == pairs_.end()) {
    pairs_.push_back(std::move(pair));
  } else {
    *old = std::move(pair);
  }
  return *this;
}

Nvlist& Nvlist::add_boolean(std::string_view name) {
  return add({std::string(name), DataType::kBoolean, std::monostate()});
}

Nvlist& Nvlist::add_boolean_value(std::string_view name, std::uint64_t value) {
  return add({std::string(name), DataType::kBooleanValue, value});
}

Nvlist& Nvlist::add_u64(std::string_view name, std::uint64_t value) {
  return add({std::string(name), DataType::kUint64, value});
}

Nvlist& Nvlist::add_i32(std::string_view name, std::int32_t value) {
  return add({std::string(name), DataType::kInt32,
              static_cast<std::uint64_t>(static_cast<std::int64_t>(value))});
}

Nvlist& Nvlist::add_string(std::string_view name, std::string_view value) {
  return add({std::string(name), DataType::kString, std::string(value)});
}

Nvlist& Nvlist::add_u64_array(std::string_view name, std::vector<std::uint64_t> value) {
  return add({std::string(name), DataType::kUint64Array, std::move(value)});
}

Nvlist& Nvlist::add_u8_array(std::string_view name, ByteView value) {
  return add({std::string(name), DataType::kUint8Array, Bytes(value.begin(), value.end())});
}

Nvlist& Nvlist::add_nvlist(std::string_view name, Nvlist value) {
  std::vector<Nvlist> one;
  one.push_back(std::move(value));
  return add({std::string(name), DataType::kNvlist, std::move(one)});
}

bool Nvlist::remove(std::string_view name) {
  const Pair* pair = find(name);
  if (pair == nullptr) return false;
  pairs_.erase(pairs_.begin() + (pair - pairs_.data()));
  return true;
}

UnpackedNvlist decode_nvlist(ByteView bytes) {
  using namespace nvlist_format;
  if (bytes.size() < kHeaderSize) fail(ErrorKind::kDamaged, "packed list: too short");
  if (bytes[0] > kXdr || bytes[1] > kLittleEndian || bytes[2] != 0 || bytes[3] != 0) {
    fail(ErrorKind::kDamaged, "packed list: unknown format {}", to_hex(bytes.first(kHeaderSize)));
  }
  UnpackedNvlist result;
  result.packing.format = bytes[0] == kXdr ? Packing::Format::kXdr : Packing::Format::kNative;
  result.packing.endian = bytes[1] == kLittleEndian ? Endian::kLittle : Endian::kBig;
  const bool xdr = bytes[0] == kXdr;
  Cursor from(bytes.subspan(kHeaderSize), xdr ? Endian::kBig : result.packing.endian);
  result.list = xdr ? decode_xdr(from) : decode_native(from);
  result.packed_size = kHeaderSize + reserved_size(result.list, result.packing.format);
  if (result.packed_size > bytes.size() ||
      !all_zero(bytes.subspan(kHeaderSize + from.position(),
                              result.packed_size - kHeaderSize - from.position()))) {
    fail(ErrorKind::kDamaged, "packed list: it does not end as it should");
  }
  return result;
}

Bytes encode_nvlist(const Nvlist& list, Packing packing) {
  using namespace nvlist_format;
  const bool xdr = packing.format == Packing::Format::kXdr;
  const std::size_t size = kHeaderSize + reserved_size(list, packing.format);
  Bytes bytes;
  bytes.reserve(size);
  bytes = {xdr ? kXdr : kNative, packing.endian == Endian::kLittle ? kLittleEndian : kBigEndian, 0,
           0};
  if (xdr) {
    encode_xdr(list, bytes);
  } else {
    encode_native(list, packing.endian, bytes);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace sealift::stream
