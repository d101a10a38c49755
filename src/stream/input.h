// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"

namespace sealift::stream {

/// Gives the bytes of a source in order, as views into one buffer: nothing is copied that
/// lies in the buffer whole. The buffer starts at kBufferSize and grows to what a single
/// request needs, as the bytes arrive.
class Input {
 public:
  /// Fits the second-level cache of common machines together with what is computed on it.
  static constexpr std::size_t kBufferSize = 1U << 20;

  explicit Input(Source& source) : source_(&source) {}
  /// Views of `whole` itself.
  explicit Input(ByteView whole) : available_(whole), source_(nullptr) {}

  /// The next `size` bytes, valid until the next call; fewer only at the end of the input.
  ByteView take(std::size_t size);
  /// Gives memory back that a large request took. What was taken before is no longer valid.
  void shrink();
  /// Whether nothing is left; waits for the source to say so.
  bool at_end();

 private:
  void refill(std::size_t wanted);

  ByteView available_;
  Source* source_;
  Bytes buffer_;
  bool ended_ = false;
};

}  // namespace sealift::stream
