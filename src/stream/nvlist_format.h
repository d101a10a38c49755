// SPDX-License-Identifier: Apache-2.0
// The two packed forms of name-value lists (module/nvpair/nvpair.c).
//
// Both start with four bytes: format, byte order of the host (1 little, 0 big), two zeros.
// Native: version, flags, then images of nvpair_t, each padded to 8 bytes, then four zero
// bytes; an embedded list's pairs follow the pair that holds its nvlist_t image. XDR: the
// same in RFC 4506 terms, each pair headed by its packed and its in-memory size.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/checked.h"
#include "stream/nvlist.h"

namespace sealift::stream::nvlist_format {

constexpr std::size_t kHeaderSize = 4;
constexpr std::uint8_t kNative = 0;
constexpr std::uint8_t kXdr = 1;
constexpr std::uint8_t kBigEndian = 0;
constexpr std::uint8_t kLittleEndian = 1;
constexpr std::uint32_t kVersion = 0;
constexpr std::size_t kPairHeaderSize = 16;  ///< size, name size, pad, elements, type
constexpr std::size_t kListImageSize = 24;   ///< version, flags, pointer, flag, pad
constexpr std::size_t kPointerSize = 8;
/// What the C library adds to an allocation, rounding included.
constexpr std::size_t kAllocationOverhead = 24;
constexpr std::size_t kXdrPairSize = 20;  ///< two sizes, name length, type, elements

/// What a type's value is made of.
struct Shape {
  enum class Kind : std::uint8_t { kUnknown, kNone, kNumber, kText, kList };
  Kind kind = Kind::kUnknown;
  bool array = false;
  std::uint8_t width = 0;  ///< of a number in memory, in bytes
  bool is_signed = false;
};
Shape shape_of(DataType type);

/// Elements that a pair's header counts: 0 for kBoolean, 1 for other scalars.
std::size_t element_count(const Nvlist::Pair& pair);
/// Bytes of the value's image in memory, unpadded, without embedded lists' pairs.
std::size_t image_size(const Nvlist::Pair& pair);
/// nvp_size: the pair's image.
std::size_t pair_image_size(const Nvlist::Pair& pair);
/// What OpenZFS reserves for a list, without the header of four bytes: what is packed, and
/// in XDR four bytes that stay zero for each empty array of numbers.
std::size_t reserved_size(const Nvlist& list, Packing::Format format);
std::size_t xdr_pair_size(const Nvlist::Pair& pair);

/// Decoders of a list that begins with its version; depth counts embedding.
class Cursor;
Nvlist decode_native(Cursor& from);
Nvlist decode_xdr(Cursor& from);
void encode_native(const Nvlist& list, Endian endian, Bytes& to);
void encode_xdr(const Nvlist& list, Bytes& to);

/// Bounded reading, with the account of memory that all lists of a decode share.
class Cursor {
 public:
  Cursor(ByteView bytes, Endian endian) : rest_(bytes), size_(bytes.size()), endian_(endian) {}

  /// The next `size` bytes; throws kDamaged if there are fewer.
  ByteView take(std::size_t size);
  std::uint32_t u32() { return load<std::uint32_t>(take(4).data(), endian_); }
  std::uint64_t u64() { return load<std::uint64_t>(take(8).data(), endian_); }
  std::size_t left() const { return rest_.size(); }
  std::size_t position() const { return size_ - rest_.size(); }
  Endian endian() const { return endian_; }

  /// Says that what is about to be decoded takes so much memory. Throws kDamaged where all that
  /// was decoded would take more than kMaxUnpackedBytes.
  void charge(std::size_t bytes);
  /// The same for what a text of `size` bytes takes besides the std::string itself.
  void charge_text(std::size_t size);

 private:
  ByteView rest_;
  std::size_t size_;
  std::size_t unpacked_bytes_ = 0;
  Endian endian_;
};

/// A number of `shape` as it lies in memory, widened.
std::uint64_t load_number(const std::uint8_t* from, const Shape& shape, Endian endian);
void append_number(Bytes& to, std::uint64_t value, std::uint8_t width, Endian endian);
/// Throws kDamaged unless `value` is what `type` may hold (a boolean is 0 or 1).
void check_number(DataType type, std::uint64_t value);
bool is_byte_array(DataType type);

}  // namespace sealift::stream::nvlist_format
