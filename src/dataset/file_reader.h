// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "dataset/file.h"

namespace sealift::vault {
class Fetcher;
}

namespace sealift::dataset {

/// Reads what an object holds, block for block: a file's contents or a volume's. `from` must
/// outlive it; one thread.
class FileReader {
 public:
  FileReader(Plaintext& from, ObjectPtr object, std::uint64_t size_bytes)
      : from_(from), object_(std::move(object)), size_(size_bytes) {}
  FileReader(Plaintext& from, const File& file) : FileReader(from, file.object, file.size) {}

  std::uint64_t size() const { return size_; }

  /// Fills `into` from `offset`, holes as zeros. Returns how much there was: less at the end only.
  std::size_t read(std::uint64_t offset, ByteSpan into);

  /// Each block that is no hole, in order, cut at the file's end, until `visit` returns false. The
  /// bytes are valid during the call. Holes are skipped without reading them, however many.
  using Visit = std::function<bool(std::uint64_t offset, ByteView bytes)>;
  void each_block(const Visit& visit);

 private:
  class Pass;

  Plaintext& from_;
  ObjectPtr object_;
  std::uint64_t size_;
  std::optional<std::uint64_t> last_;  ///< number of `block_`
  std::optional<Block> block_;
};

}  // namespace sealift::dataset
