// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace sealift::os {

/// Fills `into` from `offset` of an open file; the count is short only at its end. Throws Error as
/// fail_errno() does, naming `path`.
std::size_t read_at(int descriptor, std::uint64_t offset, ByteSpan into, std::string_view path);

}  // namespace sealift::os
