// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/bytes.h"

namespace sealift::os {

/// Reads all that `address`, https:// or http://, gives into `into` and returns its length. It
/// follows redirections, but none from https:// to http://, and waits half a minute at most. The
/// environment names certificates as OpenZFS has it (lib/libzfs/libzfs_crypto.c):
/// SSL_CA_CERT_FILE, SSL_CA_CERT_PATH, SSL_CLIENT_CERT_FILE, SSL_CLIENT_KEY_FILE.
///
/// libcurl does this. It is loaded when it is needed: few need it, and with all that it is linked
/// with each command would start later. What it keeps in memory of its own is not wiped.
///
/// Throws Error(kState) where there is no libcurl, where the address gives nothing, and where it
/// gives more than `into` takes.
std::size_t fetch(const std::string& address, ByteSpan into);

}  // namespace sealift::os
