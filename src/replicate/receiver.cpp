// SPDX-License-Identifier: Apache-2.0
#include "replicate/receiver.h"

#include "base/error.h"
#include "catalog/commit.h"
#include "os/clock.h"
#include "os/random.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::SnapshotRecord;

std::uint32_t flags_of(const stream::Begin& begin) {
  namespace feature = stream::feature;
  constexpr std::pair<std::uint64_t, std::uint32_t> kPairs[] = {
      {feature::kLargeBlocks, catalog::kHasLargeBlocks},
      {feature::kLargeMicrozap, catalog::kHasLargeMicrozap},
      {feature::kEmbedData, catalog::kHasEmbeddedData},
      {feature::kLz4, catalog::kHasLz4},
      {feature::kZstd, catalog::kHasZstd},
      {feature::kLargeDnode, catalog::kHasLargeDnodes},
      {feature::kRaw, catalog::kIsRaw},
  };
  std::uint32_t flags = 0;
  for (const auto& [bit, flag] : kPairs)
    if (begin.has(bit)) flags |= flag;
  return flags;
}

objset::Ledger new_ledger(objset::Birth birth) {
  objset::Ledger ledger;
  ledger.birth = birth;
  return ledger;
}

Lineage check_now(vault::Vault& vault, const Arrival& arrival, const Destination& destination) {
  const Catalog catalog(vault, vault.root().catalog);
  return check_lineage(catalog, arrival, destination);
}

}  // namespace

Receiver::Receiver(vault::Vault& vault, const Arrival& arrival, const Destination& destination)
    : vault_(vault),
      arrival_(arrival),
      destination_(destination),
      appender_(vault),
      lineage_(check_now(vault, arrival, destination)),
      ledger_(new_ledger(lineage_.birth)) {
  std::optional<objset::Editor::Base> base;
  if (lineage_.base) base = objset::Editor::Base{lineage_.base->objset, lineage_.base->id.birth};
  editor_.emplace(objset::EditContext{vault_, appender_, ledger_}, base);
}

void Receiver::begin(const stream::Reader& reader, const stream::Reader::Item& item) {
  editor_->begin(arrival_.begin, reader.endian(), reader.begin_payload(), item.payload);
}

SnapshotRecord Receiver::make_record(const vault::BlockPointer& root) const {
  std::uint64_t dead_bytes = 0;
  for (const auto& [birth, bytes] : ledger_.dead) dead_bytes += bytes;
  SnapshotRecord record;
  record.name = destination_.snapshot;
  record.guid = arrival_.begin.to_guid;
  record.ivset_guid = arrival_.to_ivset_guid;
  record.creation_seconds = static_cast<std::int64_t>(arrival_.begin.creation_time);
  record.objset = root;
  record.referenced_bytes = ledger_.added_bytes - dead_bytes;
  record.logical_bytes = static_cast<std::uint64_t>(ledger_.logical_bytes);
  if (lineage_.base) {
    record.referenced_bytes += lineage_.base->referenced_bytes;
    record.logical_bytes += lineage_.base->logical_bytes;
  }
  record.flags = flags_of(arrival_.begin);
  if (arrival_.wrapping) record.wrapping = arrival_.wrapping->id();
  record.redaction = arrival_.redact_snaps;
  record.id.birth = lineage_.birth;
  return record;
}

DatasetRecord Receiver::add_dataset(Catalog& catalog, const Lineage& lineage) const {
  DatasetRecord fresh;
  fresh.parent = lineage.parent->id;
  fresh.name = lineage.name;
  fresh.type = arrival_.begin.type == stream::objset_type::kVolume
                   ? catalog::DatasetType::kVolume
                   : catalog::DatasetType::kFilesystem;
  fresh.guid = os::system_random().guid();
  fresh.creation_seconds = os::system_clock().now_seconds();
  if (lineage.is_clone) fresh.origin = lineage.base->id;
  DatasetRecord stored = catalog.add_dataset(fresh);
  if (!arrival_.wrapping) return stored;
  const catalog::Wrapping& wrapping = *arrival_.wrapping;
  stored.key = catalog::KeyRecord{wrapping.suite, wrapping.key_guid, wrapping.version,
                                  wrapping.id(), stored.id};
  catalog.update(stored);
  return stored;
}

/// Others may have committed since the stream began: the same rules again, and the same base.
Lineage Receiver::check_again(const Catalog& catalog) const {
  const Lineage now = check_lineage(catalog, arrival_, destination_);
  const bool same = now.dataset.has_value() == lineage_.dataset.has_value() &&
                    now.base.has_value() == lineage_.base.has_value() &&
                    (!now.base || now.base->id == lineage_.base->id) && now.birth == lineage_.birth;
  if (!same)
    fail(ErrorKind::kState, "{} was changed while the stream was received", destination_.dataset);
  return now;
}

ReceivedSnapshot Receiver::finish() {
  const vault::BlockPointer root = editor_->checkpoint();
  ReceivedSnapshot received;
  received.is_incremental = arrival_.is_incremental();
  received.name = destination_.dataset + '@' + destination_.snapshot;
  catalog::commit(vault_, appender_, [&](Catalog& catalog, vault::Transaction& transaction) {
    const Lineage now = check_again(catalog);
    DatasetRecord dataset = now.dataset ? *now.dataset : add_dataset(catalog, now);
    if (arrival_.wrapping) {
      const catalog::WrappingId id = catalog.add_wrapping(dataset.id, *arrival_.wrapping);
      if (id != dataset.key->own) received.journalled = id;
    }
    catalog::NewSnapshot fresh;
    fresh.record = make_record(root);
    fresh.record.id.dataset = dataset.id;
    fresh.dead = ledger_.dead;
    received.snapshot = catalog.add_snapshot(fresh, transaction.txg());
    for (const vault::BlockPointer& garbage : ledger_.garbage) transaction.release(garbage);
  });
  return received;
}

ReceivedSnapshot receive_substream(vault::Vault& vault, stream::Reader& reader,
                                   const stream::Reader::Item& begin,
                                   const Destination& destination) {
  const auto& record = std::get<stream::Begin>(begin.record);
  const Arrival arrival = read_arrival(record, reader.begin_payload());
  Receiver receiver(vault, arrival, destination);
  receiver.begin(reader, begin);
  for (;;) {
    const stream::Reader::Item* item = reader.next();
    if (item == nullptr) fail(ErrorKind::kDamaged, "the stream ended without its END record");
    if (std::holds_alternative<stream::End>(item->record)) break;
    receiver.apply(*item);
  }
  return receiver.finish();
}

}  // namespace sealift::replicate
