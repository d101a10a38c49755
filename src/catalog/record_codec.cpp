// SPDX-License-Identifier: Apache-2.0
#include "catalog/record_codec.h"

#include "catalog/packing.h"

namespace sealift::catalog {
namespace {

constexpr std::uint8_t kVersion = 1;
/// A stream names few; a record must stay far below what a tree's value may be.
constexpr std::size_t kMaxRedactionGuids = 4096;
constexpr std::uint8_t kNumberValue = 1;
constexpr std::uint8_t kTextValue = 2;

using Guids = std::optional<std::vector<std::uint64_t>>;

void put_redaction(RecordWriter& writer, const Guids& guids) {
  writer.flag(guids.has_value());
  if (!guids) return;
  if (guids->size() > kMaxRedactionGuids) {
    fail(ErrorKind::kRefused, "redacted with respect to {} snapshots: at most {} can be kept",
         guids->size(), kMaxRedactionGuids);
  }
  writer.number(static_cast<std::uint16_t>(guids->size()));
  for (const std::uint64_t guid : *guids) writer.number(guid);
}

Guids take_redaction(RecordReader& reader) {
  if (!reader.flag()) return std::nullopt;
  const std::size_t count = reader.u16();
  reader.require(count <= kMaxRedactionGuids, "names too many redaction snapshots");
  std::vector<std::uint64_t> guids;
  for (std::size_t i = 0; i < count; ++i) guids.push_back(reader.u64());
  return guids;
}

void put_id(RecordWriter& writer, SnapshotId id) {
  writer.number(id.dataset);
  writer.number(id.birth);
}

SnapshotId take_id(RecordReader& reader) {
  SnapshotId id;
  id.dataset.value = reader.u64();
  id.birth.value = reader.u64();
  return id;
}

void put_head(RecordWriter& writer, const Head& head) {
  writer.pointer(head.objset);
  writer.number(head.birth);
  writer.number(head.referenced_bytes);
  writer.number(head.logical_bytes);
}

Head take_head(RecordReader& reader) {
  Head head;
  head.objset = reader.pointer();
  head.birth.value = reader.u64();
  head.referenced_bytes = reader.u64();
  head.logical_bytes = reader.u64();
  return head;
}

void put_key(RecordWriter& writer, const std::optional<KeyRecord>& key) {
  writer.flag(key.has_value());
  if (!key) return;
  writer.number(key->suite);
  writer.number(key->key_guid);
  writer.number(key->version);
  writer.number(key->own);
  writer.number(key->encryption_root);
}

std::optional<KeyRecord> take_key(RecordReader& reader) {
  if (!reader.flag()) return std::nullopt;
  KeyRecord key;
  key.suite = reader.u64();
  key.key_guid = reader.u64();
  key.version = reader.u64();
  key.own.value = reader.u64();
  key.encryption_root.value = reader.u64();
  return key;
}

void put_value(RecordWriter& writer, const std::optional<PropertyValue>& value) {
  if (!value) {
    writer.number(std::uint8_t{0});
  } else if (const auto* number = std::get_if<std::uint64_t>(&*value)) {
    writer.number(kNumberValue);
    writer.number(*number);
  } else {
    writer.number(kTextValue);
    writer.text(std::get<std::string>(*value));
  }
}

std::optional<PropertyValue> take_value(RecordReader& reader) {
  const std::uint8_t form = reader.u8();
  reader.require(form <= kTextValue, "holds a value of unknown form");
  if (form == kNumberValue) return reader.u64();
  if (form == kTextValue) return reader.text();
  return std::nullopt;
}

}  // namespace

std::string encode(const CatalogHeader& header) {
  RecordWriter writer(RecordKind::kHeader, kVersion);
  writer.number(header.root);
  writer.number(header.next_dataset);
  return writer.take();
}

CatalogHeader decode_header(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kHeader, kVersion);
  CatalogHeader header;
  header.root.value = reader.u64();
  header.next_dataset.value = reader.u64();
  reader.end();
  return header;
}

std::string encode(const DatasetRecord& dataset) {
  RecordWriter writer(RecordKind::kDataset, kVersion);
  writer.number(dataset.parent);
  writer.text(dataset.name);
  writer.number(static_cast<std::uint8_t>(dataset.type));
  writer.flag(dataset.is_incomplete);
  writer.number(dataset.guid);
  writer.seconds(dataset.creation_seconds);
  writer.number(dataset.createtxg);
  put_id(writer, dataset.origin);
  writer.number(dataset.next_birth);
  put_head(writer, dataset.head);
  put_key(writer, dataset.key);
  writer.number(dataset.used_by_dataset_bytes);
  writer.number(dataset.used_by_snapshots_bytes);
  writer.number(dataset.used_by_children_bytes);
  writer.number(dataset.snapshot_count);
  return writer.take();
}

DatasetRecord decode_dataset(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kDataset, kVersion);
  DatasetRecord dataset;
  dataset.parent.value = reader.u64();
  dataset.name = reader.text();
  const std::uint8_t type = reader.u8();
  reader.require(type == 1 || type == 2, "is of no known dataset type");
  dataset.type = static_cast<DatasetType>(type);
  dataset.is_incomplete = reader.flag();
  dataset.guid = reader.u64();
  dataset.creation_seconds = reader.seconds();
  dataset.createtxg.value = reader.u64();
  dataset.origin = take_id(reader);
  dataset.next_birth.value = reader.u64();
  dataset.head = take_head(reader);
  dataset.key = take_key(reader);
  dataset.used_by_dataset_bytes = reader.u64();
  dataset.used_by_snapshots_bytes = reader.u64();
  dataset.used_by_children_bytes = reader.u64();
  dataset.snapshot_count = reader.u64();
  reader.end();
  return dataset;
}

std::string encode(const SnapshotRecord& snapshot) {
  RecordWriter writer(RecordKind::kSnapshot, kVersion);
  writer.text(snapshot.name);
  writer.number(snapshot.guid);
  writer.number(snapshot.ivset_guid);
  writer.seconds(snapshot.creation_seconds);
  writer.number(snapshot.createtxg);
  writer.pointer(snapshot.objset);
  writer.number(snapshot.referenced_bytes);
  writer.number(snapshot.logical_bytes);
  writer.number(snapshot.written_bytes);
  writer.number(snapshot.unique_bytes);
  writer.number(snapshot.flags);
  writer.number(snapshot.wrapping);
  writer.number(static_cast<std::uint8_t>(snapshot.proof));
  writer.number(snapshot.hold_count);
  writer.number(snapshot.clone_count);
  put_redaction(writer, snapshot.redaction);
  return writer.take();
}

SnapshotRecord decode_snapshot(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kSnapshot, kVersion);
  SnapshotRecord snapshot;
  snapshot.name = reader.text();
  snapshot.guid = reader.u64();
  snapshot.ivset_guid = reader.u64();
  snapshot.creation_seconds = reader.seconds();
  snapshot.createtxg.value = reader.u64();
  snapshot.objset = reader.pointer();
  snapshot.referenced_bytes = reader.u64();
  snapshot.logical_bytes = reader.u64();
  snapshot.written_bytes = reader.u64();
  snapshot.unique_bytes = reader.u64();
  snapshot.flags = reader.u32();
  snapshot.wrapping.value = reader.u64();
  const std::uint8_t proof = reader.u8();
  reader.require(proof <= 1, "is of no known state of proof");
  snapshot.proof = static_cast<Proof>(proof);
  snapshot.hold_count = reader.u32();
  snapshot.clone_count = reader.u32();
  snapshot.redaction = take_redaction(reader);
  reader.end();
  return snapshot;
}

std::string encode(const BookmarkRecord& bookmark) {
  RecordWriter writer(RecordKind::kBookmark, kVersion);
  writer.number(bookmark.guid);
  writer.number(bookmark.ivset_guid);
  writer.number(bookmark.birth);
  writer.number(bookmark.createtxg);
  writer.seconds(bookmark.creation_seconds);
  writer.number(bookmark.referenced_bytes);
  put_redaction(writer, bookmark.redaction);
  return writer.take();
}

BookmarkRecord decode_bookmark(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kBookmark, kVersion);
  BookmarkRecord bookmark;
  bookmark.guid = reader.u64();
  bookmark.ivset_guid = reader.u64();
  bookmark.birth.value = reader.u64();
  bookmark.createtxg.value = reader.u64();
  bookmark.creation_seconds = reader.seconds();
  bookmark.referenced_bytes = reader.u64();
  bookmark.redaction = take_redaction(reader);
  reader.end();
  return bookmark;
}

std::string encode(const HoldRecord& hold) {
  RecordWriter writer(RecordKind::kHold, kVersion);
  writer.seconds(hold.creation_seconds);
  return writer.take();
}

HoldRecord decode_hold(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kHold, kVersion);
  HoldRecord hold;
  hold.creation_seconds = reader.seconds();
  reader.end();
  return hold;
}

std::string encode(const PartialReceive& partial) {
  RecordWriter writer(RecordKind::kPartial, kVersion);
  writer.number(partial.to_guid);
  writer.number(partial.from_guid);
  writer.text(partial.to_name);
  put_id(writer, partial.base);
  writer.number(partial.birth);
  writer.pointer(partial.objset);
  writer.number(partial.used_bytes);
  writer.text(partial.token);
  writer.text(partial.state);
  return writer.take();
}

PartialReceive decode_partial(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kPartial, kVersion);
  PartialReceive partial;
  partial.to_guid = reader.u64();
  partial.from_guid = reader.u64();
  partial.to_name = reader.text();
  partial.base = take_id(reader);
  partial.birth.value = reader.u64();
  partial.objset = reader.pointer();
  partial.used_bytes = reader.u64();
  partial.token = reader.text();
  partial.state = reader.text();
  reader.end();
  return partial;
}

std::string encode(const PropertyRecord& property) {
  RecordWriter writer(RecordKind::kProperty, kVersion);
  put_value(writer, property.local);
  put_value(writer, property.received);
  writer.flag(property.is_received_masked);
  return writer.take();
}

PropertyRecord decode_property(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kProperty, kVersion);
  PropertyRecord property;
  property.local = take_value(reader);
  property.received = take_value(reader);
  property.is_received_masked = reader.flag();
  reader.end();
  return property;
}

}  // namespace sealift::catalog
