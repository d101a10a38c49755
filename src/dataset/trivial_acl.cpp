// SPDX-License-Identifier: Apache-2.0
#include "dataset/trivial_acl.h"

#include "base/endian.h"
#include "dataset/znode_format.h"

namespace sealift::dataset {
namespace {

// NFSv4's access mask (RFC 7530, section 6.2.1.3).
namespace access {
constexpr std::uint32_t kReadData = 0x1;
constexpr std::uint32_t kWriteData = 0x2;
constexpr std::uint32_t kAppendData = 0x4;
constexpr std::uint32_t kReadNamed = 0x8;
constexpr std::uint32_t kWriteNamed = 0x10;
constexpr std::uint32_t kExecute = 0x20;
constexpr std::uint32_t kDeleteChild = 0x40;
constexpr std::uint32_t kReadAttributes = 0x80;
constexpr std::uint32_t kWriteAttributes = 0x100;
constexpr std::uint32_t kReadAcl = 0x20000;
constexpr std::uint32_t kWriteAcl = 0x40000;
constexpr std::uint32_t kWriteOwner = 0x80000;
constexpr std::uint32_t kSynchronize = 0x100000;
constexpr std::uint32_t kAlways = kReadAcl | kReadAttributes | kReadNamed | kSynchronize;
constexpr std::uint32_t kOwnerAlways = kWriteAttributes | kWriteOwner | kWriteAcl | kWriteNamed;
}  // namespace access

constexpr std::uint16_t kOwningGroup = acl_entry::kGroup | acl_entry::kIdentifierGroup;

/// Bits of a mode, for one of owner, group and others, as an access mask.
class Masks {
 public:
  explicit Masks(std::uint64_t mode)
      : write_(
            access::kWriteData | access::kAppendData |
            ((mode & file_mode::kTypeMask) == file_mode::kDirectory ? access::kDeleteChild : 0U)) {}
  std::uint32_t of(std::uint64_t bits) const {
    return ((bits & 4) != 0 ? access::kReadData : 0U) | ((bits & 2) != 0 ? write_ : 0U) |
           ((bits & 1) != 0 ? access::kExecute : 0U);
  }

 private:
  std::uint32_t write_;
};

struct TrivialAce {
  std::uint16_t type;
  std::uint16_t who;
  std::uint32_t mask;
};

void append(TrivialAcl& acl, const TrivialAce& entry) {
  const std::size_t at = acl.entries.size();
  acl.entries.resize(at + acl_entry::kAbstractBytes);
  std::uint8_t* to = acl.entries.data() + at;
  store(to + acl_entry::kTypeOffset, entry.type, Endian::kLittle);
  store(to + acl_entry::kFlagsOffset, entry.who, Endian::kLittle);
  store(to + acl_entry::kMaskOffset, entry.mask, Endian::kLittle);
  ++acl.count;
}

}  // namespace

TrivialAcl trivial_acl(std::uint64_t mode) {
  const Masks masks(mode);
  const std::uint64_t owner = mode >> 6 & 7;
  const std::uint64_t group = mode >> 3 & 7;
  const std::uint64_t others = mode & 7;
  TrivialAcl acl;
  // What a later entry would give to one who is to have less is allowed or denied before it.
  if (const std::uint32_t mask = masks.of(owner & ~group & others))
    append(acl, {acl_entry::kAllow, acl_entry::kOwner, mask});
  if (const std::uint32_t mask = masks.of(~owner & (group | others)))
    append(acl, {acl_entry::kDeny, acl_entry::kOwner, mask});
  if (const std::uint32_t mask = masks.of(~group & others))
    append(acl, {acl_entry::kDeny, kOwningGroup, mask});
  append(acl, {acl_entry::kAllow, acl_entry::kOwner,
               masks.of(owner) | access::kOwnerAlways | access::kAlways});
  append(acl, {acl_entry::kAllow, kOwningGroup, masks.of(group) | access::kAlways});
  append(acl, {acl_entry::kAllow, acl_entry::kEveryone, masks.of(others) | access::kAlways});
  return acl;
}

}  // namespace sealift::dataset
