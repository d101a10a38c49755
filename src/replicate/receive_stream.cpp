// SPDX-License-Identifier: Apache-2.0
#include "replicate/receive_stream.h"

#include "base/error.h"
#include "stream/rules.h"

namespace sealift::replicate {
namespace {

using stream::Reader;

const stream::Nvlist* payload_of(const Reader& reader) {
  return reader.begin_payload() ? &reader.begin_payload()->list : nullptr;
}

/// The records of one substream, each found right by its checksum and the rules.
class CheckedRecords {
 public:
  CheckedRecords(Reader& reader, const stream::Begin& begin)
      : reader_(reader), rules_(begin, payload_of(reader)) {}

  /// Nothing after END.
  const Reader::Item* next() {
    const Reader::Item* item = reader_.next();
    if (item == nullptr) fail(ErrorKind::kDamaged, "the stream ended without its END record");
    in_context(fmt::format("record {} at offset {}: {}", item->number, item->offset,
                           stream::name_of(stream::type_of(item->record))),
               [&] { rules_.check(item->record); });
    return std::holds_alternative<stream::End>(item->record) ? nullptr : item;
  }

 private:
  Reader& reader_;
  stream::Rules rules_;
};

/// Decides when to save.
class SaveTimer {
 public:
  SaveTimer(const SavePolicy& policy, const os::Clock& clock)
      : policy_(policy), clock_(clock), last_seconds_(clock.now_seconds()) {}

  bool is_due(std::uint64_t offset) const {
    if (!policy_.enabled) return false;
    const std::uint64_t bytes = offset - last_offset_;
    if (bytes >= policy_.every_bytes) return true;
    return bytes >= policy_.least_bytes &&
           clock_.now_seconds() - last_seconds_ >= policy_.every_seconds;
  }
  void restart(std::uint64_t offset) {
    last_offset_ = offset;
    last_seconds_ = clock_.now_seconds();
  }

 private:
  const SavePolicy& policy_;
  const os::Clock& clock_;
  std::uint64_t last_offset_ = 0;
  std::int64_t last_seconds_;
};

/// The stream broke off: keeps what arrived, if anything, and says how to go on, in zfs's words.
[[noreturn]] void break_off(Receiver& receiver, const Substream& substream, Error& error) {
  const std::optional<std::string> token = receiver.save(substream.attachments);
  if (!token) throw error;
  Error interrupted(
      ErrorKind::kResume,
      fmt::format("checksum mismatch or incomplete stream.\n"
                  "Partially received snapshot is saved.\n"
                  "A resuming stream can be generated on the sending system by running:\n"
                  "    zfs send -t {}",
                  *token));
  interrupted.set_hint(error.what());
  throw interrupted;
}

const Reader::Item* next_or_break_off(CheckedRecords& records, Receiver& receiver,
                                      const Reception& reception, const Substream& substream) {
  try {
    return records.next();
  } catch (Error& error) {
    if (reception.save.enabled) break_off(receiver, substream, error);
    if (error.kind() == ErrorKind::kDamaged)
      error.add_context("checksum mismatch or incomplete stream");
    throw;
  }
}

void apply_records(const Reception& reception, const Substream& substream, Receiver& receiver) {
  CheckedRecords records(reception.reader, substream.arrival.begin);
  SaveTimer timer(reception.save, reception.clock);
  timer.restart(substream.begin.offset);
  while (const auto* item = next_or_break_off(records, receiver, reception, substream)) {
    in_context(fmt::format("record {}", item->number), [&] { receiver.apply(*item); });
    if (!timer.is_due(item->offset)) continue;
    receiver.save(substream.attachments);
    timer.restart(item->offset);
  }
}

/// A single stream ends with its input: what follows END is found before the commit. In a package
/// more substreams follow.
void verify_end(Reader& reader) {
  if (!reader.is_package()) reader.next();
}

/// What came is not what was sent, whatever it was: none of it is worth keeping.
void verify_input(const Reception& reception, Receiver& receiver) {
  if (!reception.check_input) return;
  try {
    reception.check_input();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kDamaged) receiver.discard();
    throw;
  }
}

}  // namespace

Arrival begin_arrival(const Reader& reader, const Reader::Item& begin) {
  const auto& record = std::get<stream::Begin>(begin.record);
  stream::Rules(record, payload_of(reader));
  return read_arrival(record, reader.begin_payload());
}

std::optional<ReceivedSnapshot> receive_stream(Reception& reception, const Substream& substream) {
  Receiver receiver(reception.stage, substream.arrival, substream.destination);
  if (substream.on_checked) substream.on_checked(receiver.lineage());
  receiver.prove_with(StreamProof(reception.proof, reception.stage.catalog(), substream.arrival,
                                  receiver.lineage()));
  receiver.resolve_references_with([&](std::uint64_t guid) -> std::optional<objset::ObjectSet> {
    const auto found = reception.received.find(guid);
    if (found == reception.received.end()) return std::nullopt;
    return objset::read_object_set(reception.stage.vault(), found->second);
  });
  receiver.begin(reception.reader, substream.begin);
  apply_records(reception, substream, receiver);
  verify_end(reception.reader);
  verify_input(reception, receiver);
  if (receiver.lineage().is_there) return std::nullopt;
  ReceivedSnapshot received = receiver.finish(substream.attachments);
  reception.received[received.snapshot.guid] = received.snapshot.objset;
  return received;
}

}  // namespace sealift::replicate
