// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <optional>

#include "stream/writer.h"
#include "vault/fetcher.h"

namespace sealift::replicate {

/// Where a sender's records go: onto the wire, or only counted. Payloads that lie in the vault
/// are read ahead, and leave in the order of their records. One thread.
class Outbox {
 public:
  /// Counts the bytes that a stream would have; reads no payload.
  Outbox() = default;
  /// All must outlive the outbox. `records`, if not null, counts what is put.
  Outbox(stream::Writer& writer, const vault::Vault& vault, std::atomic<std::uint64_t>* records);

  void put(const stream::Record& record, ByteView payload = {});
  void put_stored(const stream::Record& record, const vault::BlockPointer& payload);
  /// Writes all that is waiting.
  void flush();

  /// Bytes of the records put so far, payloads included.
  std::uint64_t bytes() const { return size_.bytes(); }

 private:
  struct Waiting {
    stream::Record record;
    Bytes payload;
    bool is_stored = false;
  };
  void count(const stream::Record& record);
  void wait(Waiting last);
  vault::Fetcher::Block take(const stream::Record& record);
  void write_oldest();

  stream::StreamSize size_;
  stream::Writer* writer_ = nullptr;
  std::optional<vault::Fetcher> fetcher_;
  std::atomic<std::uint64_t>* records_ = nullptr;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;  ///< what waiting_ takes of memory
};

}  // namespace sealift::replicate
