// SPDX-License-Identifier: Apache-2.0
#include "vault/uberblock.h"

#include <algorithm>

#include "base/endian.h"

namespace sealift::vault {

namespace {

constexpr std::string_view kUberblockMagic = "SLFTUBER";

// Where the fields are, in bytes from the page's start; u64 but for the pointers.
constexpr std::size_t kGuidAt = 8;
constexpr std::size_t kTxgAt = 16;
constexpr std::size_t kTimeAt = 24;
constexpr std::size_t kReadAt = 32;
constexpr std::size_t kWriteAt = 40;
constexpr std::size_t kAllocatedAt = 48;
constexpr std::size_t kPendingAt = 56;
constexpr std::size_t kSegmentsAt = 64;
constexpr std::size_t kNextSegmentAt = 72;  // u32, then 4 bytes of zeros
constexpr std::size_t kCatalogAt = 80;
constexpr std::size_t kSpaceAt = kCatalogAt + kBlockPointerBytes;
constexpr std::size_t kTailAt = kSpaceAt + kBlockPointerBytes;
constexpr std::size_t kEnd = kTailAt + kBlockPointerBytes;

Uberblock decode(ByteView page) {
  const auto number = [&](std::size_t at) { return load<std::uint64_t>(page.data() + at); };
  Uberblock uberblock;
  uberblock.vault_guid = number(kGuidAt);
  uberblock.txg = Txg{number(kTxgAt)};
  uberblock.time_seconds = static_cast<std::int64_t>(number(kTimeAt));
  uberblock.features = {number(kReadAt), number(kWriteAt)};
  uberblock.allocated_bytes = number(kAllocatedAt);
  uberblock.pending_bytes = number(kPendingAt);
  uberblock.segments = number(kSegmentsAt);
  uberblock.next_segment = load<std::uint32_t>(page.data() + kNextSegmentAt);
  uberblock.catalog = decode_block_pointer(page.data() + kCatalogAt);
  uberblock.space = decode_block_pointer(page.data() + kSpaceAt);
  uberblock.tail = decode_block_pointer(page.data() + kTailAt);
  return uberblock;
}

}  // namespace

Bytes encode(const Uberblock& uberblock) {
  Bytes payload(kEnd);
  const auto put = [&](std::size_t at, std::uint64_t value) { store(payload.data() + at, value); };
  std::copy(kUberblockMagic.begin(), kUberblockMagic.end(), payload.begin());
  put(kGuidAt, uberblock.vault_guid);
  put(kTxgAt, uberblock.txg.value);
  put(kTimeAt, static_cast<std::uint64_t>(uberblock.time_seconds));
  put(kReadAt, uberblock.features.read);
  put(kWriteAt, uberblock.features.write);
  put(kAllocatedAt, uberblock.allocated_bytes);
  put(kPendingAt, uberblock.pending_bytes);
  put(kSegmentsAt, uberblock.segments);
  put(kNextSegmentAt, uberblock.next_segment);
  encode(uberblock.catalog, payload.data() + kCatalogAt);
  encode(uberblock.space, payload.data() + kSpaceAt);
  encode(uberblock.tail, payload.data() + kTailAt);
  return seal_page(payload);
}

namespace {

ByteView page_of(ByteView ring, std::size_t slot) {
  return ring.subspan(slot * kSealedPageBytes, kSealedPageBytes);
}

/// What claims to be an uberblock, newest first; the seals are still to be looked at.
struct Claim {
  std::uint64_t txg;
  std::size_t slot;
};
std::vector<Claim> claims_of(ByteView ring, std::uint64_t vault_guid) {
  std::vector<Claim> claims;
  for (std::size_t slot = 0; slot < ring.size() / kSealedPageBytes; ++slot) {
    const ByteView page = page_of(ring, slot);
    const auto number = [&](std::size_t at) { return load<std::uint64_t>(page.data() + at); };
    // One in a wrong slot was written astray, and may be older than what it hides.
    const bool at_home = number(kTxgAt) % kUberblockSlots == slot;
    if (at_home && as_text(page.first(kUberblockMagic.size())) == kUberblockMagic &&
        number(kGuidAt) == vault_guid)
      claims.push_back({number(kTxgAt), slot});
  }
  std::sort(claims.begin(), claims.end(),
            [](const Claim& a, const Claim& b) { return a.txg > b.txg; });
  return claims;
}

}  // namespace

std::vector<Uberblock> decode_ring(ByteView ring, std::uint64_t vault_guid) {
  std::vector<Uberblock> found;
  for (const Claim& claim : claims_of(ring, vault_guid))
    if (const ByteView page = page_of(ring, claim.slot); is_sealed(page))
      found.push_back(decode(page));
  return found;
}

std::optional<Uberblock> find_newest(ByteView ring, std::uint64_t vault_guid) {
  for (const Claim& claim : claims_of(ring, vault_guid))
    if (const ByteView page = page_of(ring, claim.slot); is_sealed(page)) return decode(page);
  return std::nullopt;
}

}  // namespace sealift::vault
