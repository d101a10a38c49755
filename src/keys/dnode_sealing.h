// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "objset/authentic_pointer.h"
#include "objset/object_set.h"

namespace sealift::keys {

/// What OpenZFS authenticates of a dnode's pointers: each in its order, then the spill block's.
using DnodePointers = std::vector<objset::AuthenticPointer>;

/// A block of dnodes as OpenZFS's AEAD sees it (module/os/linux/zfs/zio_crypt.c,
/// zio_crypt_init_uios_dnode): core fields and pointers in the clear, bonus buffers sealed.
struct SealedDnodes {
  Bytes associated;
  Bytes sealed;
};

/// True for the bonuses that a sealed dataset seals.
bool is_sealed_bonus(const objset::Dnode& dnode);
/// The bytes that a dnode's core and pointers, its spill block's among them, leave to its bonus.
std::size_t bonus_room(const objset::Dnode& dnode);

/// `pointers` has an item for each dnode of `block`, `byte_order` is that of the block. Throws
/// Error(kDamaged) where a bonus has not the length that its dnode leaves to it.
SealedDnodes seal_layout(const objset::DnodeBlock& block,
                         const std::map<std::uint32_t, DnodePointers>& pointers, Endian byte_order);

/// What the portable MAC is taken over (zio_crypt_do_objset_hmacs): the object set's type, its
/// portable flags, and the meta-dnode with its `pointers`. Throws Error(kDamaged) where the
/// snapshot's stream did not tell the meta-dnode's fields.
Bytes portable_message(const objset::ObjectSet& set, const DnodePointers& pointers);

using PortableMac = std::array<std::uint8_t, 32>;
/// What the sender says the portable MAC is. Throws Error(kDamaged) where it said nothing.
PortableMac claimed_portable_mac(const objset::ObjectSet& set);

}  // namespace sealift::keys
