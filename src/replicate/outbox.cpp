// SPDX-License-Identifier: Apache-2.0
#include "replicate/outbox.h"

#include "base/error.h"

namespace sealift::replicate {

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
    waiting_.push_back({record, Bytes(payload.begin(), payload.end()), false});
  }
}

void Outbox::put_stored(const stream::Record& record, const vault::BlockPointer& payload) {
  count(record);
  if (writer_ == nullptr) return;
  while (!fetcher_->has_room()) write_oldest();
  fetcher_->request(payload);
  waiting_.push_back({record, {}, true});
}

/// The payload of `record`, which is the next to come. A damaged one is named by its place.
ByteView Outbox::take(const stream::Record& record) {
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
  writer_->write(oldest.record, oldest.is_stored ? take(oldest.record) : ByteView(oldest.payload));
  waiting_.pop_front();
}

void Outbox::flush() {
  while (!waiting_.empty()) write_oldest();
  if (writer_ != nullptr) writer_->flush();
}

}  // namespace sealift::replicate
