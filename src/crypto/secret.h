// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace sealift::crypto {

/// Bytes that nobody else may see: in memory which is neither swapped nor dumped, and wiped when
/// it goes. Moves; never copies, compares or prints. A view of it lives as long as it does.
class Secret {
 public:
  Secret() = default;
  /// `size` zeros. Throws Error(kState) where the process may lock no more memory.
  explicit Secret(std::size_t size);
  /// A copy of `bytes`, which remain the caller's to wipe.
  static Secret copy_of(ByteView bytes);
  ~Secret() { clear(); }
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;

  std::size_t size() const { return size_; }
  ByteView view() const { return {data_, size_}; }
  ByteSpan span() { return {data_, size_}; }
  /// Gives up what is behind the first `size` bytes, wiped.
  void shrink(std::size_t size);

 private:
  void clear();

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;      ///< in use
  std::size_t capacity_ = 0;  ///< allocated
};

/// Overwrites bytes that were secret, in a way no compiler drops.
void wipe(ByteSpan bytes);

/// True if both are equal; takes the same time wherever they differ.
bool is_equal(ByteView a, ByteView b);

}  // namespace sealift::crypto
