// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endian.h"
#include "stream/record.h"

namespace sealift::stream {

using RecordBytes = std::span<std::uint8_t, kRecordSize>;
using RecordView = std::span<const std::uint8_t, kRecordSize>;

/// Writes `record` in byte order `endian`, everything beside its fields zero; so is the
/// checksum at the end. Throws kBug for a name longer than 255 bytes.
void encode(const Record& record, Endian endian, RecordBytes to);

/// Reads a record of byte order `endian` into `record`; does not look at the checksum.
/// Throws kDamaged if the type is unknown or a byte beside the type's fields is not zero.
void decode(RecordView from, Endian endian, Record& record);

/// The byte order of a stream whose first bytes are `from`. Throws kDamaged if they are
/// not a BEGIN record with its magic number.
Endian detect_endian(RecordView from);

Checksum load_checksum(const std::uint8_t* from, Endian endian);
void store_checksum(std::uint8_t* to, const Checksum& checksum, Endian endian);

}  // namespace sealift::stream
