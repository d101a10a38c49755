// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "vault/identity.h"
#include "vault/sealed_page.h"

namespace sealift::vault {

/// Slots in the ring; the uberblock of txg T is in slot T % kUberblockSlots.
constexpr std::size_t kUberblockSlots = 32;
/// Nothing that one of this many newest uberblocks reaches is given back.
constexpr std::uint64_t kRetainedRoots = 4;

/// The root record of one commit.
struct Uberblock {
  std::uint64_t vault_guid = 0;
  Txg txg;
  std::int64_t time_seconds = 0;
  Features features;
  BlockPointer catalog;  ///< root node of the catalog's tree
  BlockPointer space;    ///< root node of the space tree
  BlockPointer tail;     ///< what this commit changed after the space tree was written
  std::uint64_t allocated_bytes = 0;
  std::uint64_t pending_bytes = 0;
  std::uint64_t segments = 0;
  std::uint32_t next_segment = 0;  ///< greater than each segment's number so far

  bool operator==(const Uberblock&) const = default;
};

/// One slot: kSealedPageBytes.
Bytes encode(const Uberblock& uberblock);

/// The intact uberblocks of `vault_guid` in the ring, newest first. Takes any bytes.
std::vector<Uberblock> decode_ring(ByteView ring, std::uint64_t vault_guid);
/// The first of these, at the cost of one seal where the newest slot is intact.
std::optional<Uberblock> find_newest(ByteView ring, std::uint64_t vault_guid);

}  // namespace sealift::vault
