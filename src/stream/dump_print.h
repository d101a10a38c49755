// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <sealift/stream.h>

#include "stream/reader.h"

namespace sealift::stream {

/// How many records of each type, and the bytes of their payloads.
struct RecordCounts {
  std::array<std::uint64_t, kRecordTypes> records{};
  std::array<std::uint64_t, kRecordTypes> payload_bytes{};

  void add(const Reader::Item& item);
  std::uint64_t total_records() const;
  std::uint64_t total_payload() const;
};

/// `zstream dump`'s words, as of OpenZFS 2.1 to 2.3 (cmd/zstream/zstream_dump.c).
class TextDump {
 public:
  explicit TextDump(const DumpOptions& options) : options_(options) {}

  void print(const Reader& reader, const Reader::Item& item, fmt::memory_buffer& to) const;
  void print(const RecordCounts& counts, fmt::memory_buffer& to) const;

 private:
  DumpOptions options_;
};

/// One JSON object a line: the same fields, and each record's number and offset.
class JsonDump {
 public:
  explicit JsonDump(const DumpOptions& options) : options_(options) {}

  void print(const Reader& reader, const Reader::Item& item, fmt::memory_buffer& to) const;
  void print(const RecordCounts& counts, fmt::memory_buffer& to) const;

 private:
  DumpOptions options_;
};

}  // namespace sealift::stream
