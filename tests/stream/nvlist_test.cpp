// SPDX-License-Identifier: Apache-2.0
#include "stream/nvlist.h"

#include "base/error.h"
#include "support/catch.h"

namespace sealift::stream {
namespace {

using Catch::Matchers::ContainsSubstring;
using Format = Packing::Format;

constexpr Packing kPackings[] = {{Format::kNative, Endian::kLittle},
                                 {Format::kNative, Endian::kBig},
                                 {Format::kXdr, Endian::kLittle},
                                 {Format::kXdr, Endian::kBig}};

Nvlist one_of_each_type() {
  Nvlist inner(Nvlist::kUniqueNameType);
  inner.add_u64("deep", 5).add_string("text", "");
  Nvlist list;
  list.add_boolean("flag").add_boolean_value("yes", 1).add_u64("u64", ~0ULL);
  list.add({"byte", DataType::kByte, std::uint64_t{0xfe}});
  list.add({"i8", DataType::kInt8, static_cast<std::uint64_t>(-2)});
  list.add({"u8", DataType::kUint8, std::uint64_t{0xfe}});
  list.add({"i16", DataType::kInt16, static_cast<std::uint64_t>(-300)});
  list.add({"u16", DataType::kUint16, std::uint64_t{65535}});
  list.add_i32("i32", -70000);
  list.add({"u32", DataType::kUint32, std::uint64_t{4000000000}});
  list.add({"i64", DataType::kInt64, static_cast<std::uint64_t>(-1)});
  list.add({"time", DataType::kHrtime, std::uint64_t{1} << 40});
  list.add({"double", DataType::kDouble, std::uint64_t{0x3ff0000000000000}});
  list.add_string("string", "a text of more than fifteen characters");
  list.add({"bytes", DataType::kByteArray, Bytes{1, 2, 255}});
  list.add({"i8s", DataType::kInt8Array, Bytes{1, 254}});
  list.add_u8_array("u8s", Bytes{9, 8, 200});
  list.add({"i16s", DataType::kInt16Array, std::vector<std::uint64_t>{1, ~0ULL}});
  list.add({"u32s", DataType::kUint32Array, std::vector<std::uint64_t>{7, 4000000000}});
  list.add_u64_array("u64s", {1, ~0ULL}).add_u64_array("none", {});
  list.add({"yeses", DataType::kBooleanArray, std::vector<std::uint64_t>{1, 0, 1}});
  list.add({"strings", DataType::kStringArray, std::vector<std::string>{"a", "", "longer"}});
  list.add_nvlist("list", inner);
  list.add({"lists", DataType::kNvlistArray, std::vector<Nvlist>{inner, Nvlist(), inner}});
  list.add({"no lists", DataType::kNvlistArray, std::vector<Nvlist>{}});
  return list;
}

std::string fault(ByteView packed) {
  try {
    decode_nvlist(packed);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kDamaged);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("lists of every type survive both formats and byte orders") {
  const Nvlist list = one_of_each_type();
  for (const Packing packing : kPackings) {
    const Bytes packed = encode_nvlist(list, packing);
    const UnpackedNvlist unpacked = decode_nvlist(packed);
    CHECK(unpacked.list == list);
    CHECK(unpacked.packing == packing);
    CHECK(unpacked.packed_size == packed.size());
    CHECK(encode_nvlist(unpacked.list, packing) == packed);
  }
}

TEST_CASE("native and XDR are laid out as OpenZFS lays them out") {
  Nvlist list;
  list.add_u64("n", 0x0102030405060708);
  CHECK(to_hex(encode_nvlist(list, {Format::kNative, Endian::kLittle})) ==
        "00010000"
        "0000000001000000"
        "20000000"
        "0200"
        "0000"
        "01000000"
        "08000000"
        "6e00000000000000"
        "0807060504030201"
        "00000000");
  CHECK(to_hex(encode_nvlist(list, {Format::kXdr, Endian::kLittle})) ==
        "01010000"
        "0000000000000001"
        "00000020"
        "00000020"
        "00000001"
        "6e000000"
        "00000008"
        "00000001"
        "0102030405060708"
        "0000000000000000");
}

TEST_CASE("an empty array of numbers leaves four bytes at the end of XDR, as in OpenZFS") {
  Nvlist list;
  list.add_u64_array("none", {});
  const Bytes packed = encode_nvlist(list, {Format::kXdr, Endian::kLittle});
  CHECK(packed.size() == 4 + 8 + 24 + 8 + 4);
  CHECK(decode_nvlist(packed).list == list);
}

TEST_CASE("lists cut short or with one byte changed never come out as something else") {
  const Nvlist list = one_of_each_type();
  for (const Packing packing : kPackings) {
    const Bytes packed = encode_nvlist(list, packing);
    for (std::size_t size = 0; size < packed.size(); ++size) {
      CHECK(fault(ByteView(packed).first(size)) != "accepted");
    }
    for (std::size_t at = 0; at < packed.size(); ++at) {
      Bytes changed = packed;
      changed[at] ^= 0x41;
      if (fault(changed) != "accepted") continue;
      const UnpackedNvlist unpacked = decode_nvlist(changed);
      CHECK(encode_nvlist(unpacked.list, unpacked.packing) == changed);
    }
  }
}

TEST_CASE("memory is bounded, whatever a list is made of") {
  constexpr std::size_t limit = Nvlist::kMaxUnpackedBytes;
  Nvlist pairs, texts, lists, numbers;
  for (std::size_t i = 0; i < limit / sizeof(Nvlist::Pair); ++i)
    pairs.append({"", DataType::kBoolean, {}});
  texts.append({"", DataType::kStringArray, std::vector<std::string>(limit / sizeof(std::string))});
  lists.append({"", DataType::kNvlistArray, std::vector<Nvlist>(limit / sizeof(Nvlist))});
  numbers.append({"", DataType::kUint16Array, std::vector<std::uint64_t>(limit / 8)});
  for (const Packing packing : kPackings)
    for (const Nvlist* list : {&pairs, &texts, &lists, &numbers})
      CHECK_THAT(fault(encode_nvlist(*list, packing)), ContainsSubstring("bytes of memory"));
}

TEST_CASE("nesting is bounded") {
  Nvlist list;
  for (int i = 0; i < Nvlist::kMaxDepth; ++i) {
    Nvlist outer;
    outer.add_nvlist("in", list);
    list = outer;
  }
  Nvlist too_deep;
  too_deep.add_nvlist("in", list);
  for (const Packing packing : kPackings) {
    CHECK(fault(encode_nvlist(list, packing)) == "accepted");
    CHECK_THAT(fault(encode_nvlist(too_deep, packing)), ContainsSubstring("nested too deeply"));
  }
}

TEST_CASE("adding a name again replaces, looking up minds the type") {
  Nvlist list;
  list.add_u64("a", 1).add_string("b", "x").add_u64("a", 2);
  CHECK(list.size() == 2);
  CHECK(list.get_u64("a") == 2);
  CHECK(list.get_string("a") == nullptr);
  CHECK(*list.get_string("b") == "x");
  CHECK(!list.get_u64("b"));
  CHECK(list.remove("a"));
  CHECK(!list.remove("a"));
  Nvlist both(0);
  both.add_u64("a", 1).add_u64("a", 2);
  CHECK(both.size() == 2);
}

}  // namespace sealift::stream
