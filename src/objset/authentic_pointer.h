// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "crypto/sha512.h"
#include "objset/dnode.h"

namespace sealift::objset {

/// A block tree of an encrypted dataset: whose it is, and how it is shaped.
struct TreeKind {
  std::uint32_t object_type = 0;
  std::uint8_t indirect_shift = 0;
};

/// What OpenZFS authenticates of a block pointer, 32 bytes: its property word without what differs
/// from pool to pool, always little-endian, then the MAC, then zeros
/// (module/os/linux/zfs/zio_crypt.c, zio_crypt_bp_auth_init, of key version 1).
using AuthenticPointer = std::array<std::uint8_t, 32>;

/// That of the pointer to a block of `level`. All zero for a hole.
AuthenticPointer authentic_pointer(const Entry& entry, const TreeKind& tree, unsigned level);
/// That of an object's spill block, which has the bonus's type.
AuthenticPointer authentic_spill(const Dnode& dnode);

/// The MAC that OpenZFS gives an indirect block: no keyed one, it binds the MACs below. The SHA-512
/// over the authentic pointers of all its entries, cut to size (zio_crypt.c,
/// zio_crypt_do_indirect_mac_checksum).
stream::Mac indirect_mac_of(const crypto::Sha512Digest& digest);

/// False for an entry above level 0 with a node below it whose MAC nobody kept.
bool is_mac_known(const Entry& entry, unsigned level);

/// The MAC of the indirect block with these entries, which point to blocks of `level`; all zero
/// where one of theirs is not known.
stream::Mac indirect_mac(const std::vector<Entry>& entries, const TreeKind& tree, unsigned level);

}  // namespace sealift::objset
