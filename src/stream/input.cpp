// SPDX-License-Identifier: Apache-2.0
#include "stream/input.h"

#include <algorithm>

namespace sealift::stream {

ByteView Input::take(std::size_t size) {
  if (available_.size() < size) refill(size);
  const ByteView taken = available_.first(std::min(size, available_.size()));
  available_ = available_.subspan(taken.size());
  return taken;
}

void Input::shrink() {
  if (buffer_.size() <= 2 * kBufferSize || available_.size() > kBufferSize) return;
  Bytes smaller(kBufferSize);
  std::copy(available_.begin(), available_.end(), smaller.begin());
  available_ = ByteView(smaller).first(available_.size());
  buffer_ = std::move(smaller);
}

bool Input::at_end() {
  if (available_.empty()) refill(1);
  return available_.empty();
}

/// Moves what is left to the front and reads on until `wanted` bytes are there. The buffer
/// doubles only when it is full, so a size that is announced but never arrives costs nothing.
void Input::refill(std::size_t wanted) {
  if (source_ == nullptr) return;
  if (buffer_.empty()) buffer_.resize(kBufferSize);
  std::size_t filled = available_.size();
  if (filled > 0) std::copy(available_.begin(), available_.end(), buffer_.begin());
  while (filled < wanted && !ended_) {
    if (filled == buffer_.size())
      buffer_.resize(std::min(2 * buffer_.size(), std::max(wanted, 2 * kBufferSize)));
    const std::size_t count = source_->read(ByteSpan(buffer_).subspan(filled));
    ended_ = count == 0;
    filled += count;
  }
  available_ = ByteView(buffer_).first(filled);
}

}  // namespace sealift::stream
