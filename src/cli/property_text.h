// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/listing.h>

#include <cstdint>
#include <string>

namespace sealift::cli {

/// "Sat Nov 21 23:17 2026", in local time.
std::string nice_time(std::int64_t seconds);

enum class Precision { kNice, kExact };
/// A property's value, for people or for scripts.
std::string show(const Property& property, Precision precision);
/// Its received value; "-" if there is none.
std::string show_received(const Property& property, Precision precision);
/// "local", "received", "inherited from dr/a", "default" or "-".
std::string show_source(const Property& property);

}  // namespace sealift::cli
