// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace sealift {

/// A 64-bit number that does not mix with others; `Tag` tells the kinds apart.
template <class Tag>
struct Strong {
  std::uint64_t value = 0;

  constexpr auto operator<=>(const Strong&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

}  // namespace sealift

template <class Tag>
struct std::hash<sealift::Strong<Tag>> {
  std::size_t operator()(const sealift::Strong<Tag>& id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
