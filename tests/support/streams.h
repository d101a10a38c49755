// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace sealift::test {

/// A row of data/streams/index.tsv: a stream that real ZFS made.
struct ReferenceStream {
  std::string file;  ///< below data/streams
  std::string kind;  ///< full, incr, bookmark, package, clone, redacted, resume
  std::string from;
  std::string to;
  std::string key;  ///< file in data/streams/keys; "-": not encrypted

  bool is_encrypted() const { return key != "-"; }
  Bytes read() const;
  std::string path() const;
};

/// All of them.
const std::vector<ReferenceStream>& reference_streams();

Bytes read_file(const std::string& path);

/// Gives its bytes out in pieces of `piece` bytes.
class MemorySource final : public Source {
 public:
  explicit MemorySource(ByteView bytes, std::size_t piece = ~std::size_t{0})
      : rest_(bytes), piece_(piece) {}
  std::size_t read(ByteSpan into) override;

 private:
  ByteView rest_;
  std::size_t piece_;
};

class MemorySink final : public Sink {
 public:
  void write(ByteView bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace sealift::test
