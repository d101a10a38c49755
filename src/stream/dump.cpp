// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "base/error.h"
#include "stream/dump_print.h"
#include "stream/nvlist_print.h"
#include "stream/token.h"

namespace sealift::stream {
namespace {

constexpr std::size_t kFlushSize = 64U << 10;

class Output {
 public:
  explicit Output(Sink& sink) : sink_(sink) {}

  fmt::memory_buffer& buffer() { return buffer_; }
  void flush_if_full() {
    if (buffer_.size() >= kFlushSize) flush();
  }
  void flush() {
    if (buffer_.size() > 0) sink_.write(as_bytes({buffer_.data(), buffer_.size()}));
    buffer_.clear();
  }

 private:
  Sink& sink_;
  fmt::memory_buffer buffer_;
};

template <class Printer>
void print_all(Reader& reader, const Printer& printer, Output& output) {
  RecordCounts counts;
  try {
    while (const Reader::Item* item = reader.next()) {
      counts.add(*item);
      printer.print(reader, *item, output.buffer());
      output.flush_if_full();
    }
  } catch (const Error&) {
    output.flush();
    throw;
  }
  printer.print(counts, output.buffer());
  output.flush();
}

}  // namespace

void RecordCounts::add(const Reader::Item& item) {
  ++records[item.record.index()];
  payload_bytes[item.record.index()] += item.payload.size();
}

std::uint64_t RecordCounts::total_records() const {
  return std::accumulate(records.begin(), records.end(), std::uint64_t{0});
}

std::uint64_t RecordCounts::total_payload() const {
  return std::accumulate(payload_bytes.begin(), payload_bytes.end(), std::uint64_t{0});
}

void dump(Source& from, Sink& to, const DumpOptions& options) {
  const bool verify = options.checksums == DumpOptions::Checksums::kVerify;
  Reader reader(from, verify ? VerifyChecksums::kYes : VerifyChecksums::kNo);
  Output output(to);
  if (options.format == DumpOptions::Format::kJson) {
    print_all(reader, JsonDump(options), output);
  } else {
    print_all(reader, TextDump(options), output);
  }
}

std::string describe_token(std::string_view text, DumpOptions::Format format) {
  const Nvlist pairs = decode_token_pairs(text);
  return format == DumpOptions::Format::kJson ? nvlist_to_json(pairs) + "\n" : print_nvlist(pairs);
}

}  // namespace sealift::stream
