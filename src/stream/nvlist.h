// SPDX-License-Identifier: Apache-2.0
// OpenZFS's name-value lists (module/nvpair/nvpair.c), in the order they were packed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/endian.h"

namespace sealift::stream {

enum class DataType : std::uint32_t {
  kBoolean = 1,  ///< no value: being there is the value
  kByte,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kString,
  kByteArray,
  kInt16Array,
  kUint16Array,
  kInt32Array,
  kUint32Array,
  kInt64Array,
  kUint64Array,
  kStringArray,
  kHrtime,
  kNvlist,
  kNvlistArray,
  kBooleanValue,
  kInt8,
  kUint8,
  kBooleanArray,
  kInt8Array,
  kUint8Array,
  kDouble,
};

/// How a list was packed. The byte order is the packing host's; XDR numbers are
/// big-endian whatever it says.
struct Packing {
  enum class Format : std::uint8_t { kNative, kXdr };
  Format format = Format::kNative;
  Endian endian = Endian::kLittle;
  bool operator==(const Packing&) const = default;
};

class Nvlist {
 public:
  /// Scalars of all widths are a uint64_t (signed ones sign-extended), arrays of them a
  /// vector; byte, int8 and uint8 arrays are Bytes; an embedded list is a vector of one.
  using Value =
      std::variant<std::monostate, std::uint64_t, std::string, Bytes, std::vector<std::uint64_t>,
                   std::vector<std::string>, std::vector<Nvlist>>;
  struct Pair {
    std::string name;
    DataType type;
    Value value;
    bool operator==(const Pair&) const = default;
  };
  static constexpr std::uint32_t kUniqueName = 1;      ///< flag: a name occurs once
  static constexpr std::uint32_t kUniqueNameType = 2;  ///< flag: a name and type occur once

  // Limits of what is decoded.
  static constexpr int kMaxDepth = 20;
  static constexpr std::size_t kMaxUnpackedBytes = 96U << 20;  ///< of memory

  explicit Nvlist(std::uint32_t flags = kUniqueName) : flags_(flags) {}

  std::uint32_t flags() const { return flags_; }
  const std::vector<Pair>& pairs() const { return pairs_; }
  bool empty() const { return pairs_.empty(); }
  std::size_t size() const { return pairs_.size(); }

  /// The first pair of that name, or nothing.
  const Pair* find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  // Values by name; nothing where the pair is absent or of another type. Pointers and
  // views live as long as the list is not changed.
  std::optional<std::uint64_t> get_u64(std::string_view name) const;
  /// Any integer type, sign-extended where signed.
  std::optional<std::uint64_t> get_integer(std::string_view name) const;
  const std::string* get_string(std::string_view name) const;
  const Nvlist* get_nvlist(std::string_view name) const;
  const std::vector<std::uint64_t>* get_u64_array(std::string_view name) const;
  const Bytes* get_u8_array(std::string_view name) const;
  const std::vector<std::string>* get_string_array(std::string_view name) const;

  // Each appends a pair; of a name that is there already the old pair is replaced in its
  // place, unless the list's flags allow both.
  Nvlist& add(Pair pair);
  /// Appends without looking for another of that name.
  void append(Pair pair);
  /// Makes room for `count` pairs in all.
  void reserve(std::size_t count) { pairs_.reserve(count); }
  Nvlist& add_boolean(std::string_view name);
  Nvlist& add_boolean_value(std::string_view name, std::uint64_t value);
  Nvlist& add_u64(std::string_view name, std::uint64_t value);
  Nvlist& add_i32(std::string_view name, std::int32_t value);
  Nvlist& add_string(std::string_view name, std::string_view value);
  Nvlist& add_u64_array(std::string_view name, std::vector<std::uint64_t> value);
  Nvlist& add_u8_array(std::string_view name, ByteView value);
  Nvlist& add_nvlist(std::string_view name, Nvlist value);

  /// Takes the pair of that name away; false if there was none.
  bool remove(std::string_view name);

  bool operator==(const Nvlist&) const = default;

 private:
  std::uint32_t flags_;
  std::vector<Pair> pairs_;
};

/// A packed list as it came: what `encode` needs beside the list to give the same bytes.
struct UnpackedNvlist {
  Nvlist list;
  Packing packing;
  std::size_t packed_size = 0;  ///< what it takes of the bytes; the rest follows it
};

/// Decodes the list at the start of `bytes`. Throws kDamaged on anything that OpenZFS
/// could not have packed, before allocating for it: sizes that do not fit, unknown types,
/// padding that is not zero, nesting beyond kMaxDepth, what takes more than kMaxUnpackedBytes.
UnpackedNvlist decode_nvlist(ByteView bytes);

/// Packs `list` as OpenZFS would.
Bytes encode_nvlist(const Nvlist& list, Packing packing);

}  // namespace sealift::stream
