// SPDX-License-Identifier: Apache-2.0
#include "replicate/receiver.h"

#include "base/error.h"
#include "catalog/return_freed.h"
#include "catalog/stream_facts.h"
#include "replicate/new_dataset.h"
#include "replicate/sent_features.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::Change;
using catalog::DatasetRecord;
using catalog::SnapshotRecord;

/// Some releases send small spill blocks as embedded data that end at 2^64: no place in an object.
constexpr std::uint64_t kSpillOffset = 0 - std::uint64_t{stream::kMaxBlockSize};

std::optional<objset::Editor::Base> base_of(const Lineage& lineage) {
  if (lineage.partial) return objset::Editor::Base{lineage.partial->objset, lineage.birth};
  if (lineage.base) return objset::Editor::Base{lineage.base->objset, lineage.base->id.birth};
  return std::nullopt;
}

}  // namespace

Receiver::Work::Work(vault::Vault& vault, const Lineage& lineage) : appender(vault) {
  if (lineage.partial) {
    ledger = decode_partial_state(lineage.partial->state).ledger;
  } else {
    ledger.birth = lineage.birth;
  }
  editor.emplace(objset::EditContext{vault, appender, ledger}, base_of(lineage));
}

Receiver::Receiver(Stage& stage, const Arrival& arrival, const Destination& destination)
    : stage_(stage),
      arrival_(arrival),
      destination_(destination),
      lineage_(check_lineage(stage.catalog(), arrival, destination)),
      state_(partial_state_of(arrival)) {
  state_.forced = destination.rollback == Rollback::kAllowed;
  if (arrival_.wrapping) arrival_.wrapping->arrived_seconds = stage.now_seconds();
  if (lineage_.partial) {
    const PartialState before = decode_partial_state(lineage_.partial->state);
    state_.at = before.at;
    state_.tail_freed = before.tail_freed;
    state_.bytes = bytes_before_ = before.bytes;
  }
  if (!stage.is_rehearsal() && !lineage_.is_there)
    work_ = std::make_unique<Work>(stage.vault(), lineage_);
  if (work_ && state_.tail_freed) work_->editor->keep_tail_of(state_.at.object);
}

void Receiver::resolve_references_with(FindObjectSet find) {
  if (work_) work_->editor->resolve_references_with(std::move(find));
}

void Receiver::begin(const stream::Reader& reader, const stream::Reader::Item& item) {
  begin_offset_ = item.offset;
  if (work_)
    work_->editor->begin(arrival_.begin, reader.endian(), reader.begin_payload(), item.payload);
}

void Receiver::apply(const stream::Reader::Item& item) {
  in_context(destination_.full_name(), [&] { proof_.open(item.record, item.payload); });
  if (!work_) return;
  work_->editor->apply(item.record, item.payload);
  note_place(item);
}

/// A stream that goes on begins with this object's record again and the data from this offset:
/// what came after the place, and the payload here, which only the next record's checksum covers,
/// come once more (OpenZFS module/zfs/dmu_recv.c, save_resume_state).
void Receiver::note_place(const stream::Reader::Item& item) {
  const auto* free = std::get_if<stream::Free>(&item.record);
  if (free != nullptr && free->length == stream::kToEnd) state_.tail_freed = true;
  if (std::holds_alternative<stream::Object>(item.record)) state_.tail_freed = false;
  switch (stream::type_of(item.record)) {
    case stream::RecordType::kObject:
    case stream::RecordType::kWrite:
    case stream::RecordType::kWriteByref:
    case stream::RecordType::kWriteEmbedded:
      break;
    default:
      return;
  }
  const stream::Position place = stream::position(item.record);
  if (place.offset >= kSpillOffset) return;
  state_.at = {place.object, place.offset};
  // As ZFS counts: without BEGIN's own record.
  state_.bytes = bytes_before_ + item.offset - begin_offset_ + item.payload.size();
}

// -- Commit ------------------------------------------------------------------------------------

/// Others may have committed since the stream began: the same rules again, and the same base.
void Receiver::check_again(const Catalog& catalog) {
  Lineage now = check_lineage(catalog, arrival_, destination_);
  if (!is_same(lineage_, now))
    fail(ErrorKind::kState, "{} was changed while the stream was received", destination_.dataset);
  lineage_ = std::move(now);
}

/// Bookmarks of what goes do so too, as with zfs rollback. zfs receive -F leaves them, and an
/// increment from one would not undo what only the lost snapshot had.
std::uint64_t Receiver::roll_back(Change& change, const DatasetRecord& dataset) const {
  if (lineage_.base && lineage_.base->id.dataset == dataset.id) {
    RollbackOptions options;
    options.recursive = true;
    const std::string base = destination_.dataset + '@' + lineage_.base->name;
    return catalog::rollback(change, base, options).reclaimed_bytes;
  }
  change.give_back(change.catalog.reset_head(dataset.id));
  return 0;
}

DatasetRecord Receiver::prepare_dataset(Change& change, const Attachments& attachments) {
  if (lineage_.dataset) return *lineage_.dataset;
  return make_dataset(change, {arrival_, destination_, lineage_, attachments});
}

/// Keeps the wrapping that the stream carries beside the dataset's own, which stays in force.
std::optional<catalog::WrappingId> Receiver::journal(Catalog& catalog,
                                                     const DatasetRecord& dataset) const {
  if (!arrival_.wrapping) return std::nullopt;
  const catalog::WrappingId id = catalog.add_wrapping(dataset.id, *arrival_.wrapping);
  if (id == dataset.key->own) return std::nullopt;
  return id;
}

void Receiver::release_garbage(const ReleaseBlock& release) const {
  if (!work_) return;
  for (const vault::BlockPointer& garbage : work_->ledger.garbage) release(garbage);
}

catalog::NewSnapshot Receiver::make_snapshot(const vault::BlockPointer& root) const {
  catalog::NewSnapshot fresh;
  SnapshotRecord& record = fresh.record;
  record.name = destination_.snapshot;
  record.guid = arrival_.begin.to_guid;
  record.ivset_guid = arrival_.to_ivset_guid;
  record.creation_seconds = static_cast<std::int64_t>(arrival_.begin.creation_time);
  record.objset = root;
  record.flags = catalog::snapshot_flags(arrival_.begin);
  record.redaction = arrival_.redact_snaps;
  record.id.birth = lineage_.birth;
  if (arrival_.wrapping) record.wrapping = arrival_.wrapping->id();
  if (proof_.proves_all(lineage_)) record.proof = catalog::Proof::kProven;
  if (lineage_.base) {
    record.flags |= inherited_flags(lineage_.base->flags);
    record.referenced_bytes = lineage_.base->referenced_bytes;
    record.logical_bytes = lineage_.base->logical_bytes;
  }
  if (!work_) return fresh;
  fresh.dead = work_->ledger.dead;
  record.referenced_bytes += work_->ledger.added_bytes - catalog::total(fresh.dead);
  record.logical_bytes += static_cast<std::uint64_t>(work_->ledger.logical_bytes);
  return fresh;
}

/// Where they are; proved, if they are to be.
vault::BlockPointer Receiver::finish_contents() {
  if (!work_) return {};
  const vault::BlockPointer root = work_->editor->checkpoint();
  in_context(destination_.full_name(), [&] { proof_.prove(stage_.vault(), root); });
  return root;
}

ReceivedSnapshot Receiver::finish(const Attachments& attachments) {
  const vault::BlockPointer root = finish_contents();
  ReceivedSnapshot received;
  received.proved = proof_.proved();
  std::uint64_t freed_bytes = 0;
  const auto edit = [&](Change& change, const ReleaseBlock& release) {
    check_again(change.catalog);
    const DatasetRecord dataset = prepare_dataset(change, attachments);
    change.catalog.remove_partial(dataset.id);
    if (state_.forced) freed_bytes = roll_back(change, dataset);
    become_type(change.catalog, dataset.id, arrival_);
    received.journalled = journal(change.catalog, dataset);
    catalog::NewSnapshot fresh = make_snapshot(root);
    fresh.record.id.dataset = dataset.id;
    received.snapshot = change.catalog.add_snapshot(fresh, change.txg);
    if (attachments.attach) attachments.attach(change, received.snapshot);
    release_garbage(release);
  };
  if (work_) {
    stage_.commit(work_->appender, edit);
    catalog::return_freed(stage_.vault(), freed_bytes);
  } else {
    stage_.commit(edit);
  }
  return received;
}

// -- Interruption ------------------------------------------------------------------------------

catalog::PartialReceive Receiver::make_partial(const vault::BlockPointer& root,
                                               const std::string& state) const {
  catalog::PartialReceive partial;
  partial.to_guid = arrival_.begin.to_guid;
  partial.from_guid = arrival_.begin.from_guid;
  partial.to_name = arrival_.begin.to_name;
  if (lineage_.base) partial.base = lineage_.base->id;
  partial.birth = lineage_.birth;
  partial.objset = root;
  partial.used_bytes = work_->ledger.added_bytes;
  partial.token = stream::format_token(make_token(arrival_.begin, state_));
  partial.state = state;
  return partial;
}

std::optional<std::string> Receiver::save(const Attachments& attachments) {
  if (!work_ || state_.at.object == 0) return std::nullopt;
  const vault::BlockPointer root = work_->editor->checkpoint();
  state_.ledger = work_->ledger;
  const std::string state = encode(state_);
  if (state.size() > kMaxPartialState) return std::nullopt;
  const catalog::PartialReceive partial = make_partial(root, state);
  DatasetRecord dataset;
  stage_.commit(work_->appender, [&](Change& change, const ReleaseBlock& release) {
    check_again(change.catalog);
    dataset = prepare_dataset(change, attachments);
    if (!lineage_.dataset) {
      dataset.is_incomplete = true;
      change.catalog.update(dataset);
    }
    change.catalog.put_partial(dataset.id, partial);
    release_garbage(release);
  });
  work_->ledger.garbage.clear();
  arrival_.resume = state_.at;
  lineage_.dataset = dataset;
  lineage_.is_clone = false;
  lineage_.partial = partial;
  return partial.token;
}

void Receiver::discard() {
  if (!lineage_.partial) return;
  stage_.commit([&](Change& change, const ReleaseBlock&) {
    check_again(change.catalog);
    catalog::discard_partial(change, lineage_.dataset->id);
  });
}

}  // namespace sealift::replicate
