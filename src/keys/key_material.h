// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keys.h>

#include "crypto/secret.h"

namespace sealift::keys {

/// The location of a key that a person is asked for.
constexpr const char* kPrompt = "prompt";

/// True for a keylocation that can be read without anybody being asked.
bool is_unattended(std::string_view location);

/// What a wrapping key is made from, from "file://", "https://", "http://", "fd://" or, for
/// "prompt", from `access.ask(question)`. Throws Error: kUsage for another location, kState where
/// nothing can be read there.
crypto::Secret read_key_material(const std::string& location, const KeyAccess& access,
                                 const KeyQuestion& question);

}  // namespace sealift::keys
