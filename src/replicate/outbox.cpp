// SPDX-License-Identifier: Apache-2.0
#include "replicate/outbox.h"

namespace sealift::replicate {

void Outbox::put(const stream::Record& record, ByteView payload) {
  size_.add(record);
  if (writer_ == nullptr) return;
  if (waiting_.empty()) {
    writer_->write(record, payload);
  } else {
    waiting_.push_back({record, Bytes(payload.begin(), payload.end()), false});
  }
}

void Outbox::put_stored(const stream::Record& record, const vault::BlockPointer& payload) {
  size_.add(record);
  if (writer_ == nullptr) return;
  while (!fetcher_->has_room()) write_oldest();
  fetcher_->request(payload);
  waiting_.push_back({record, {}, true});
}

void Outbox::write_oldest() {
  const Waiting& oldest = waiting_.front();
  writer_->write(oldest.record, oldest.is_stored ? fetcher_->take() : ByteView(oldest.payload));
  waiting_.pop_front();
}

void Outbox::flush() {
  while (!waiting_.empty()) write_oldest();
  if (writer_ != nullptr) writer_->flush();
}

}  // namespace sealift::replicate
