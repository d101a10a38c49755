// SPDX-License-Identifier: Apache-2.0
#include "replicate/sender.h"

#include "base/error.h"
#include "replicate/encoder.h"
#include "replicate/sent_features.h"

namespace sealift::replicate {
namespace {

BeginFacts facts_of(const SnapshotToSend& what) {
  BeginFacts facts;
  facts.wrapping = what.wrapping;
  facts.lineage = what.lineage;
  facts.resume = what.resume;
  // A snapshot taken in the vault has the contents of one that arrived, and an IV set of its own.
  facts.to_ivset_guid = what.snapshot.ivset_guid;
  facts.redact_snaps = what.snapshot.redaction;
  if (!what.base) return facts;
  facts.from_ivset_guid = what.base->ivset_guid;
  facts.redact_from_snaps = what.base->redaction;
  return facts;
}

stream::Begin begin_record(const objset::ObjectSet& set, const SnapshotToSend& what,
                           std::size_t payload_bytes) {
  stream::Begin begin = set.begin;
  std::uint64_t features = sent_features(set, what.snapshot, what.base ? what.base->guid : 0);
  if (what.resume) features |= stream::feature::kResuming;
  begin.version_info = stream::make_version_info(stream::HeaderType::kSubstream, features);
  begin.flags &= ~stream::begin_flag::kClone;
  if (what.base && what.base->is_clone_origin) begin.flags |= stream::begin_flag::kClone;
  begin.payload_length = static_cast<std::uint32_t>(payload_bytes);
  begin.creation_time = static_cast<std::uint64_t>(what.snapshot.creation_seconds);
  begin.to_guid = what.snapshot.guid;
  begin.from_guid = what.base ? what.base->guid : 0;
  begin.to_name = what.name;
  return begin;
}

objset::WalkRange range_of(const vault::Vault& vault, const objset::ObjectSet& set,
                           const SnapshotToSend& what) {
  objset::WalkRange range;
  if (what.base) range.after = what.base->birth;
  if (!what.resume) return range;
  const auto dnode = objset::find_dnode(vault, set, what.resume->object);
  if (!dnode)
    fail(ErrorKind::kUsage, "the resume token names object {}, which is not in {}",
         what.resume->object, what.name);
  range.from_object = what.resume->object;
  range.from_block = what.resume->offset / dnode->block_size;
  return range;
}

}  // namespace

void send_snapshot(const vault::Vault& vault, const SnapshotToSend& what, Outbox& outbox,
                   const std::function<void()>& before_end) {
  const objset::ObjectSet set = objset::read_object_set(vault, what.snapshot.objset);
  const objset::WalkRange range = range_of(vault, set, what);

  const Bytes payload = make_begin_payload(set, facts_of(what));
  outbox.put(begin_record(set, what, payload.size()), payload);

  Encoder encoder(
      {what.snapshot.guid, range.after, set.object_limit(), set.byte_order, set.is_raw()}, outbox);
  objset::Walker<Encoder>(vault, set, range, encoder).run();
  encoder.finish();

  if (before_end) {
    outbox.flush();
    before_end();
  }
  stream::End end;
  end.to_guid = what.snapshot.guid;
  outbox.put(end);
  outbox.flush();
}

Endian stream_byte_order(const vault::Vault& vault, const catalog::SnapshotRecord& snapshot) {
  return objset::read_object_set(vault, snapshot.objset).byte_order;
}

}  // namespace sealift::replicate
