// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace sealift::cli {

/// At most five characters, in powers of 1024, as OpenZFS's zfs_nicenum (lib/libzutil): "1.50M".
std::string nice_number(std::uint64_t number);
/// The same, with a unit for what is below 1024 too (zfs_nicebytes): "312B".
std::string nice_bytes(std::uint64_t bytes);

}  // namespace sealift::cli
