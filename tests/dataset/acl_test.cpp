// SPDX-License-Identifier: Apache-2.0
#include "dataset/acl.h"

#include "base/error.h"
#include "dataset/legacy_files.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;
using namespace sealift::dataset::test;

namespace {

/// Numbers one behind the other, as they stand in an ACL.
class Packed {
 public:
  template <class T>
  Packed& put(T value, std::size_t times = 1) {
    for (; times > 0; --times) {
      bytes.resize(bytes.size() + sizeof value);
      store(bytes.data() + bytes.size() - sizeof value, value, Endian::kBig);
    }
    return *this;
  }
  Packed& entry(std::uint16_t type, std::uint16_t flags, std::uint32_t mask) {
    return put(type).put(flags).put(mask);
  }
  Bytes bytes;
};

std::optional<std::string> acl_of(const Packed& entries, std::uint64_t count,
                                  std::uint64_t flags = 0) {
  LegacyFiles world;
  world.directory(kRoot, {});
  const auto opened = world.open();
  File file;
  file.flags = flags;
  file.attributes.add(Attribute::kAclCount, Packed().put(count).bytes, Endian::kBig);
  file.attributes.add(Attribute::kAcl, entries.bytes, Endian::kBig);
  return nfs4_acl(opened.file_system(), file);
}

}  // namespace

TEST_CASE("An ACL is told entry by entry") {
  Packed entries;
  entries.entry(1, acl_entry::kOwner, 0x2);
  entries.entry(0, 0x3, 0x1f01ff).put(std::uint64_t{1000});
  entries.entry(0, acl_entry::kIdentifierGroup, 0x1).put(std::uint64_t{20});
  entries.entry(5, 0, 0x20).put(std::uint64_t{7}).put(std::uint8_t{0}, 32);
  CHECK_THROWS_AS(acl_of(entries, 4), Error);  // a type that no letter stands for
  CHECK(acl_of(entries, 3) == "D::OWNER@:w\nA:fd:1000:rwaDxtTnNdcCoy\nA:g:20:r\n");
  Packed everyone;
  everyone.entry(0, acl_entry::kGroup | acl_entry::kIdentifierGroup, 0x21);
  everyone.entry(0, acl_entry::kEveryone, 0x20);
  CHECK(acl_of(everyone, 2) == "A:g:GROUP@:rx\nA::EVERYONE@:x\n");
}

TEST_CASE("One that says no more than the mode is passed over, one that is cut off is damage") {
  Packed entries;
  entries.entry(0, 0, 1);
  CHECK(acl_of(entries, 1, znode_flag::kTrivialAcl) == std::nullopt);
  CHECK_THROWS_AS(acl_of(entries, 1), Error);
}
