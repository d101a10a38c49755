// SPDX-License-Identifier: Apache-2.0
#include "replicate/partial_state.h"

#include "base/error.h"
#include "objset/byte_codec.h"

namespace sealift::replicate {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kForced = 0x01;
constexpr std::uint8_t kRedacted = 0x02;
constexpr std::uint8_t kFromRedacted = 0x04;
constexpr std::uint8_t kTailFreed = 0x08;

void put_guids(objset::Packer& pack, const std::vector<std::uint64_t>& guids) {
  pack.put(static_cast<std::uint32_t>(guids.size()));
  for (const std::uint64_t guid : guids) pack.put(guid);
}

std::vector<std::uint64_t> take_guids(objset::Unpacker& unpack) {
  const auto count = unpack.take<std::uint32_t>();
  if (count > unpack.rest().size() / sizeof(std::uint64_t))
    fail(ErrorKind::kDamaged, "the state of an interrupted receive is cut off");
  std::vector<std::uint64_t> guids(count);
  for (std::uint64_t& guid : guids) guid = unpack.take<std::uint64_t>();
  return guids;
}

void put_ledger(objset::Packer& pack, const objset::Ledger& ledger) {
  pack.put(ledger.birth.value);
  pack.put(ledger.added_bytes);
  pack.put(static_cast<std::uint64_t>(ledger.logical_bytes));
  pack.put(static_cast<std::uint32_t>(ledger.dead.size()));
  for (const auto& [birth, bytes] : ledger.dead) {
    pack.put(birth.value);
    pack.put(bytes);
  }
}

objset::Ledger take_ledger(objset::Unpacker& unpack) {
  objset::Ledger ledger;
  ledger.birth.value = unpack.take<std::uint64_t>();
  ledger.added_bytes = unpack.take<std::uint64_t>();
  ledger.logical_bytes = static_cast<std::int64_t>(unpack.take<std::uint64_t>());
  const auto count = unpack.take<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    const objset::Birth birth{unpack.take<std::uint64_t>()};
    ledger.dead[birth] = unpack.take<std::uint64_t>();
  }
  return ledger;
}

std::uint8_t flags_of(const PartialState& state) {
  return static_cast<std::uint8_t>(
      (state.forced ? kForced : 0) | (state.redact_snaps ? kRedacted : 0) |
      (state.redact_from_snaps ? kFromRedacted : 0) | (state.tail_freed ? kTailFreed : 0));
}

}  // namespace

PartialState partial_state_of(const Arrival& arrival) {
  PartialState state;
  state.features = arrival.begin.features() & ~stream::feature::kResuming;
  state.to_ivset_guid = arrival.to_ivset_guid;
  state.from_ivset_guid = arrival.from_ivset_guid;
  if (arrival.wrapping) {
    state.key_guid = arrival.wrapping->key_guid;
    state.wrapping = arrival.wrapping->id();
  }
  state.redact_snaps = arrival.redact_snaps;
  state.redact_from_snaps = arrival.redact_from_snaps;
  return state;
}

std::string encode(const PartialState& state) {
  Bytes out;
  objset::Packer pack(out);
  pack.put(kVersion);
  pack.put(flags_of(state));
  pack.put(state.features);
  pack.put(state.to_ivset_guid);
  pack.put(state.from_ivset_guid);
  pack.put(state.key_guid);
  pack.put(state.wrapping.value);
  pack.put(state.at.object);
  pack.put(state.at.offset);
  pack.put(state.bytes);
  if (state.redact_snaps) put_guids(pack, *state.redact_snaps);
  if (state.redact_from_snaps) put_guids(pack, *state.redact_from_snaps);
  put_ledger(pack, state.ledger);
  return {out.begin(), out.end()};
}

PartialState decode_partial_state(std::string_view bytes) {
  objset::Unpacker unpack(as_bytes(bytes));
  if (unpack.take<std::uint8_t>() != kVersion)
    fail(ErrorKind::kDamaged, "the state of an interrupted receive is of unknown layout");
  const auto flags = unpack.take<std::uint8_t>();
  PartialState state;
  state.forced = (flags & kForced) != 0;
  state.tail_freed = (flags & kTailFreed) != 0;
  state.features = unpack.take<std::uint64_t>();
  state.to_ivset_guid = unpack.take<std::uint64_t>();
  state.from_ivset_guid = unpack.take<std::uint64_t>();
  state.key_guid = unpack.take<std::uint64_t>();
  state.wrapping.value = unpack.take<std::uint64_t>();
  state.at.object = unpack.take<std::uint64_t>();
  state.at.offset = unpack.take<std::uint64_t>();
  state.bytes = unpack.take<std::uint64_t>();
  if (flags & kRedacted) state.redact_snaps = take_guids(unpack);
  if (flags & kFromRedacted) state.redact_from_snaps = take_guids(unpack);
  state.ledger = take_ledger(unpack);
  if (!unpack.rest().empty())
    fail(ErrorKind::kDamaged, "bytes behind the state of an interrupted receive");
  return state;
}

stream::ResumeToken make_token(const stream::Begin& begin, const PartialState& state) {
  namespace feature = stream::feature;
  stream::ResumeToken token;
  token.from_guid = begin.from_guid;
  token.object = state.at.object;
  token.offset = state.at.offset;
  token.bytes = state.bytes;
  token.to_guid = begin.to_guid;
  token.to_name = begin.to_name;
  token.large_block_ok = begin.has(feature::kLargeBlocks);
  token.embed_ok = begin.has(feature::kEmbedData);
  token.compress_ok = begin.has(feature::kCompressed);
  token.raw_ok = begin.has(feature::kRaw);
  token.redact_snaps = state.redact_snaps;
  token.redact_book = state.redact_from_snaps;
  return token;
}

}  // namespace sealift::replicate
