// SPDX-License-Identifier: Apache-2.0
#include "keys/dnode_sealing.h"

#include <algorithm>

#include "base/error.h"
#include "objset/object_type.h"
#include "stream/nvlist.h"
#include "stream/record_format.h"

namespace sealift::keys {
namespace {

using objset::Dnode;

// The first 64 bytes of a dnode_phys_t (include/sys/dnode.h).
constexpr std::size_t kSector = 512;
constexpr std::size_t kCoreBytes = 64;
constexpr std::size_t kPointerBytes = 128;
constexpr std::uint8_t kHasSpill = 1U << 2;  // the one portable flag, DNODE_FLAG_SPILL_BLKPTR

struct Core {
  std::uint8_t type = 0;
  objset::Geometry geometry;
  std::uint8_t bonus_type = 0;
  std::uint8_t checksum_type = 0;
  std::uint8_t compress = 0;
  std::uint8_t flags = 0;
  std::uint32_t block_size = 0;
  std::uint16_t bonus_length = 0;
  std::uint8_t extra_slots = 0;
  std::uint64_t max_block = 0;
};

/// Without what differs from pool to pool: the bytes used, and flags of the accounting.
void append(Bytes& out, const Core& core, Endian order) {
  std::uint8_t bytes[kCoreBytes] = {
      core.type,       core.geometry.indirect_shift, core.geometry.levels, core.geometry.pointers,
      core.bonus_type, core.checksum_type,           core.compress,        core.flags};
  store(bytes + 8, static_cast<std::uint16_t>(core.block_size / kSector), order);
  store(bytes + 10, core.bonus_length, order);
  bytes[12] = core.extra_slots;
  store(bytes + 16, core.max_block, order);
  out.insert(out.end(), std::begin(bytes), std::end(bytes));
}

Core core_of(const Dnode& dnode) {
  Core core;
  core.type = static_cast<std::uint8_t>(dnode.type);
  core.geometry = dnode.geometry;
  core.bonus_type = static_cast<std::uint8_t>(dnode.bonus_type);
  core.checksum_type = dnode.checksum_type;
  core.compress = dnode.compress;
  core.flags = dnode.has_spill ? kHasSpill : 0;
  core.block_size = dnode.block_size;
  core.bonus_length = static_cast<std::uint16_t>(dnode.bonus_length);
  core.extra_slots = static_cast<std::uint8_t>(dnode.slots - 1);
  core.max_block = dnode.max_block;
  return core;
}

void append(Bytes& out, const DnodePointers& pointers) {
  for (const objset::AuthenticPointer& pointer : pointers)
    out.insert(out.end(), pointer.begin(), pointer.end());
}

/// What is authenticated is OpenZFS's dnode: ours must say no more than fits into that.
void check_fits(const Dnode& dnode) {
  const bool fits = dnode.type <= 0xff && dnode.bonus_type <= 0xff &&
                    dnode.bonus_length <= 0xffff && dnode.block_size % kSector == 0 &&
                    dnode.block_size / kSector <= 0xffff && dnode.uncut_size == 0 &&
                    dnode.hole_end == 0 && (dnode.has_spill || dnode.spill == objset::Entry{});
  if (!fits) fail(ErrorKind::kDamaged, "a dnode that no sealed dataset can have");
}

void append(SealedDnodes& out, const Dnode& dnode, const DnodePointers& pointers, Endian order) {
  check_fits(dnode);
  append(out.associated, core_of(dnode), order);
  append(out.associated, pointers);
  Bytes bonus = dnode.bonus;
  if (bonus.empty()) bonus.resize(bonus_room(dnode));
  if (bonus.size() != bonus_room(dnode))
    fail(ErrorKind::kDamaged, "a bonus of {} bytes where the dnode has {}", bonus.size(),
         bonus_room(dnode));
  Bytes& to = is_sealed_bonus(dnode) ? out.sealed : out.associated;
  to.insert(to.end(), bonus.begin(), bonus.end());
}

/// crypt_keydata as the snapshot's stream brought it.
stream::Nvlist keydata_of(const objset::ObjectSet& set) {
  if (!set.begin_payload.empty()) {
    const auto payload = stream::decode_nvlist(set.begin_payload);
    if (const auto* list = payload.list.get_nvlist(stream::begin_key::kCryptKeydata)) return *list;
  }
  fail(ErrorKind::kDamaged, "the snapshot has no crypt_keydata");
}

std::uint8_t small_number(const stream::Nvlist& keydata, std::string_view name) {
  const auto value = keydata.get_u64(name);
  if (!value || *value > 0xff) fail(ErrorKind::kDamaged, "crypt_keydata has no {}", name);
  return static_cast<std::uint8_t>(*value);
}

}  // namespace

bool is_sealed_bonus(const Dnode& dnode) {
  return dnode.bonus_length != 0 && objset::is_encrypted_type(dnode.bonus_type);
}

std::size_t bonus_room(const Dnode& dnode) {
  const std::size_t pointers = dnode.geometry.pointers + (dnode.has_spill ? 1U : 0U);
  return dnode.slots * std::size_t{stream::kDnodeSlotSize} - kCoreBytes - pointers * kPointerBytes;
}

SealedDnodes seal_layout(const objset::DnodeBlock& block,
                         const std::map<std::uint32_t, DnodePointers>& pointers,
                         Endian byte_order) {
  SealedDnodes layout;
  for (std::uint32_t slot = 0; slot < objset::kSlotsPerBlock;) {
    const auto found = block.find(slot);
    if (found == block.end()) {
      layout.associated.insert(layout.associated.end(), stream::kDnodeSlotSize, 0);
      ++slot;
    } else {
      append(layout, found->second, pointers.at(slot), byte_order);
      slot += found->second.slots;
    }
  }
  return layout;
}

Bytes portable_message(const objset::ObjectSet& set, const DnodePointers& pointers) {
  const stream::Nvlist keydata = keydata_of(set);
  Core core;
  core.type = objset::kDnodeType;
  core.geometry = set.geometry;
  core.checksum_type = small_number(keydata, "mdn_checksum");
  core.compress = small_number(keydata, "mdn_compress");
  core.block_size = objset::kDnodeBlockBytes;
  core.max_block = set.max_block;

  std::array<std::uint8_t, 2 * sizeof(std::uint64_t)> head{};  // type, and flags: none is portable
  // Big-endian, whatever the host: seen of 2.0 to 2.3.
  store(head.data(), std::uint64_t{set.begin.type}, Endian::kBig);
  Bytes message;
  message.reserve(head.size() + kCoreBytes + pointers.size() * sizeof(objset::AuthenticPointer));
  message.insert(message.end(), head.begin(), head.end());
  append(message, core, Endian::kLittle);
  append(message, pointers);
  return message;
}

PortableMac claimed_portable_mac(const objset::ObjectSet& set) {
  const stream::Nvlist keydata = keydata_of(set);
  const Bytes* claimed = keydata.get_u8_array("portable_mac");
  PortableMac mac;
  if (claimed == nullptr || claimed->size() != mac.size())
    fail(ErrorKind::kDamaged, "crypt_keydata has no portable_mac of {} bytes", mac.size());
  std::copy(claimed->begin(), claimed->end(), mac.begin());
  return mac;
}

}  // namespace sealift::keys
