// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace sealift {

using Bytes = std::vector<std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

bool all_zero(ByteView bytes);

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(ByteView bytes);

}  // namespace sealift
