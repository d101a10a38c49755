// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/stream.h>

#include <functional>

#include "stream/reader.h"

namespace sealift::stream {

/// Shown each record when it was found right, before the next one is read.
using OnRecord = std::function<void(const Reader&, const Reader::Item&)>;

/// verify() of <sealift/stream.h>. What `on_record` throws gets the record's place.
StreamSummary verify(Source& from, const OnRecord& on_record);

}  // namespace sealift::stream
