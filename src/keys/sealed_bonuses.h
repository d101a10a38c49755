// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/block_cipher.h"
#include "keys/block_sealer.h"
#include "vault/vault.h"

namespace sealift::keys {

/// Opens the bonuses of a block of dnodes, which `entry` points to, in place. `reader` has what is
/// below: some nodes were stored before anybody kept the MACs of indirect blocks, and those are
/// computed. False, and `block` as it was, if it is not what was sealed.
[[nodiscard]] bool open_bonuses(BlockCipher& cipher, const vault::BlockReader& reader,
                                const objset::Entry& entry, objset::DnodeBlock& block);

/// Seals the bonuses of a little-endian block in place, each as long then as its dnode lets it be.
stream::Sealing seal_bonuses(BlockSealer& sealer, const vault::BlockReader& reader,
                             objset::DnodeBlock& block);

}  // namespace sealift::keys
