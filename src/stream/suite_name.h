// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sealift::stream {

/// What the property `encryption` calls a suite of keydata (OpenZFS include/sys/zio.h,
/// ZIO_CRYPT_AES_*). Null for a number that is none.
const char* suite_name(std::uint64_t suite);

}  // namespace sealift::stream
