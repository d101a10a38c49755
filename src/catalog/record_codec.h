// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "catalog/records.h"

/// Little-endian codecs of the catalog's records; layout in proto/catalog.md. Each record begins
/// with a byte that names its kind and a byte for its version. `decode_*` takes any bytes: it
/// throws Error(kDamaged) on what is malformed, cut off or too long, and Error(kRefused) on a
/// version that this program does not know.
namespace sealift::catalog {

std::string encode(const CatalogHeader& header);
std::string encode(const DatasetRecord& dataset);
std::string encode(const SnapshotRecord& snapshot);
std::string encode(const BookmarkRecord& bookmark);
std::string encode(const HoldRecord& hold);
std::string encode(const PartialReceive& partial);
std::string encode(const PropertyRecord& property);
std::string encode(const Wrapping& wrapping);

CatalogHeader decode_header(std::string_view bytes);
DatasetRecord decode_dataset(std::string_view bytes);
SnapshotRecord decode_snapshot(std::string_view bytes);
BookmarkRecord decode_bookmark(std::string_view bytes);
HoldRecord decode_hold(std::string_view bytes);
PartialReceive decode_partial(std::string_view bytes);
PropertyRecord decode_property(std::string_view bytes);
Wrapping decode_wrapping(std::string_view bytes);

}  // namespace sealift::catalog
