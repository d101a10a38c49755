// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "stream/nvlist.h"

namespace sealift::stream {

/// `list` as OpenZFS's nvlist_print shows it (lib/libnvpair/libnvpair.c), `tabs` deep.
std::string print_nvlist(const Nvlist& list, std::size_t tabs = 0);

/// The JSON object of `list`'s pairs; numbers beyond 2^53 are printed all the same.
std::string nvlist_to_json(const Nvlist& list);

/// `text` in quotes, as JSON wants it; bytes that are no UTF-8 are replaced.
std::string json_string(std::string_view text);

}  // namespace sealift::stream
