// SPDX-License-Identifier: Apache-2.0
#include "replicate/outbox.h"

#include "base/error.h"

namespace sealift::replicate {
namespace {

/// Of records in memory. One that waits for a block is 300 bytes, so this is as much as blocks of
/// 512 bytes need to fill the fetcher's budget; objects without blocks would fill all memory.
constexpr std::size_t kMaxWaitingBytes = 16U << 20;

}  // namespace

Outbox::Outbox(stream::Writer& writer, const vault::Vault& vault,
               std::atomic<std::uint64_t>* records)
    : writer_(&writer), records_(records) {
  vault::Fetcher::Options options;
  options.word_order = writer.endian();
  fetcher_.emplace(vault, options);
}

void Outbox::count(const stream::Record& record) {
  size_.add(record);
  if (records_ != nullptr) records_->fetch_add(1, std::memory_order_relaxed);
}

void Outbox::put(const stream::Record& record, ByteView payload) {
  count(record);
  if (writer_ == nullptr) return;
  if (waiting_.empty()) {
    writer_->write(record, payload);
  } else {
    wait({record, Bytes(payload.begin(), payload.end()), false});
  }
}

void Outbox::put_stored(const stream::Record& record, const vault::BlockPointer& payload) {
  count(record);
  if (writer_ == nullptr) return;
  while (!fetcher_->has_room()) write_oldest();
  fetcher_->request(payload);
  wait({record, {}, true});
}

void Outbox::wait(Waiting last) {
  waiting_bytes_ += sizeof last + last.payload.size();
  waiting_.push_back(std::move(last));
  while (waiting_bytes_ > kMaxWaitingBytes) write_oldest();
}

/// The payload of `record`, which is the next to come. A damaged one is named by its place.
vault::Fetcher::Block Outbox::take(const stream::Record& record) {
  try {
    return fetcher_->take();
  } catch (Error& error) {
    const stream::Position place = stream::position(record);
    error.add_context(fmt::format("object {}, offset {}", place.object, place.offset));
    throw;
  }
}

void Outbox::write_oldest() {
  const Waiting& oldest = waiting_.front();
  if (oldest.is_stored) {
    const vault::Fetcher::Block block = take(oldest.record);
    writer_->write(oldest.record, block.bytes, block.sum);
  } else {
    writer_->write(oldest.record, oldest.payload);
  }
  waiting_bytes_ -= sizeof oldest + oldest.payload.size();
  waiting_.pop_front();
}

void Outbox::flush() {
  while (!waiting_.empty()) write_oldest();
  if (writer_ != nullptr) writer_->flush();
}

}  // namespace sealift::replicate
