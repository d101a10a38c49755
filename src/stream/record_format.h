// SPDX-License-Identifier: Apache-2.0
// The layout of a send stream's records (OpenZFS include/sys/zfs_ioctl.h).
//
// A stream is a sequence of 312-byte records, each followed by the payload which its
// fields announce. The last 32 bytes of every record but BEGIN are the running
// Fletcher-4 of all that went before since BEGIN.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sealift::stream {

constexpr std::size_t kRecordSize = 312;
constexpr std::size_t kRecordBodyOffset = 8;
constexpr std::size_t kChecksumOffset = 280;
constexpr std::size_t kChecksumSize = 32;
constexpr std::size_t kNameOffset = 56;
constexpr std::size_t kNameSize = 256;
constexpr std::size_t kSaltSize = 8;
constexpr std::size_t kIvSize = 12;
constexpr std::size_t kMacSize = 16;
static_assert(kChecksumOffset + kChecksumSize == kRecordSize);
static_assert(kNameOffset + kNameSize == kRecordSize, "BEGIN's name takes the checksum's place");

constexpr std::uint64_t kMagic = 0x2F5BACBACULL;

enum class RecordType : std::uint32_t {
  kBegin,
  kObject,
  kFreeObjects,
  kWrite,
  kFree,
  kEnd,
  kWriteByref,
  kSpill,
  kWriteEmbedded,
  kObjectRange,
  kRedact,
};
constexpr std::size_t kRecordTypes = 11;

/// The low two bits of BEGIN's version_info.
enum class HeaderType : std::uint8_t { kSubstream = 1, kCompound = 2 };

/// Bits of BEGIN's feature flags (version_info, bits 2 to 57).
namespace feature {
constexpr std::uint64_t kDedup = 1ULL << 0;
constexpr std::uint64_t kDedupProps = 1ULL << 1;
constexpr std::uint64_t kSaSpill = 1ULL << 2;
constexpr std::uint64_t kEmbedData = 1ULL << 16;
constexpr std::uint64_t kLz4 = 1ULL << 17;
constexpr std::uint64_t kLargeBlocks = 1ULL << 19;
constexpr std::uint64_t kResuming = 1ULL << 20;
constexpr std::uint64_t kRedacted = 1ULL << 21;
constexpr std::uint64_t kCompressed = 1ULL << 22;
constexpr std::uint64_t kLargeDnode = 1ULL << 23;
constexpr std::uint64_t kRaw = 1ULL << 24;
constexpr std::uint64_t kZstd = 1ULL << 25;
constexpr std::uint64_t kHolds = 1ULL << 26;
constexpr std::uint64_t kSwitchToLargeBlocks = 1ULL << 27;
constexpr std::uint64_t kLongName = 1ULL << 28;
constexpr std::uint64_t kLargeMicrozap = 1ULL << 29;
/// All that some release up to OpenZFS 2.4 sets and that can be honoured here.
constexpr std::uint64_t kKnown = kDedup | kDedupProps | kSaSpill | kEmbedData | kLz4 |
                                 kLargeBlocks | kResuming | kRedacted | kCompressed | kLargeDnode |
                                 kRaw | kZstd | kHolds | kSwitchToLargeBlocks | kLongName |
                                 kLargeMicrozap;
}  // namespace feature

/// Bits of BEGIN's flags.
namespace begin_flag {
constexpr std::uint32_t kClone = 1U << 0;
constexpr std::uint32_t kCaseInsensitive = 1U << 1;
constexpr std::uint32_t kFreeRecords = 1U << 2;
constexpr std::uint32_t kSpillBlock = 1U << 3;
constexpr std::uint32_t kKnown = kClone | kCaseInsensitive | kFreeRecords | kSpillBlock;
}  // namespace begin_flag

/// Bits of the flags of WRITE, WRITE_BYREF, SPILL, OBJECT and OBJECT_RANGE.
namespace record_flag {
constexpr std::uint8_t kChecksumDedup = 1U << 0;  ///< WRITE, WRITE_BYREF
constexpr std::uint8_t kRawByteswap = 1U << 1;    ///< the sealed bytes are of the other byte order
constexpr std::uint8_t kObjectSpill = 1U << 2;    ///< OBJECT: it has a spill block
constexpr std::uint8_t kSpillUnmodified = 1U << 2;  ///< SPILL: sent for old receivers only
}  // namespace record_flag

/// Object set types: BEGIN's type.
namespace objset_type {
constexpr std::uint32_t kNone = 0;  ///< only a compound BEGIN
constexpr std::uint32_t kFilesystem = 2;
constexpr std::uint32_t kVolume = 3;
}  // namespace objset_type

// Limits of OpenZFS that a stream must keep.
constexpr std::uint32_t kMinBlockSize = 512;
constexpr std::uint32_t kOldMaxBlockSize = 128U << 10;
constexpr std::uint32_t kMaxBlockSize = 16U << 20;
constexpr std::uint32_t kDnodeSlotSize = 512;
constexpr std::uint32_t kDnodeCoreSize = 64;
constexpr std::uint32_t kBlockPointerSize = 128;
constexpr std::uint32_t kMaxDnodeSlots = 32;  ///< a dnode of 16 KiB, which is a dnode block
constexpr std::uint32_t kSlotsPerDnodeBlock = 32;
constexpr std::uint32_t kMaxBlockPointers = 3;
constexpr std::uint32_t kMaxLevels = 12;  ///< (64 - 9) bits of blocks in steps of 5, and one
constexpr std::uint32_t kMinIndirectShift = 12;
constexpr std::uint32_t kMaxIndirectShift = 17;
constexpr std::uint32_t kMaxEmbeddedPayload = 112;
constexpr std::uint64_t kMaxObject = 1ULL << 48;  ///< object ids are below this
constexpr std::uint64_t kToEnd = ~0ULL;           ///< FREE's length: to the end of the object

// How many OpenZFS 2.4 knows (include/sys/dmu.h, zio.h, zio_compress.h); all are below.
constexpr std::uint32_t kObjectTypes = 54;
constexpr std::uint32_t kByteswapFunctions = 10;
constexpr std::uint8_t kChecksumTypes = 15;
constexpr std::uint8_t kCompressionTypes = 17;
constexpr std::uint8_t kCompressionOff = 2;
constexpr std::uint8_t kCompressionLz4 = 15;
constexpr std::uint8_t kCompressionZstd = 16;

/// Payload of a package's BEGIN. OpenZFS's own bound (cmd/zstream, lib/libzfs) is 256 MiB; a list
/// of 100,000 snapshots with two properties each takes 23 MiB, and unpacked three times as much.
constexpr std::uint32_t kMaxPackagePayload = 32U << 20;
/// Payload of a substream's BEGIN: a wrapped key and the guids of redaction snapshots.
constexpr std::uint32_t kMaxBeginPayload = 1U << 20;
/// Substreams of a package: as many as its list can have snapshots.
constexpr std::uint32_t kMaxSubstreams = 262'144;

/// BEGIN payload pair names (include/sys/dmu_send.h, lib/libzfs).
namespace begin_key {
constexpr const char* kCryptKeydata = "crypt_keydata";
constexpr const char* kResumeObject = "resume_object";
constexpr const char* kResumeOffset = "resume_offset";
constexpr const char* kRedactSnaps = "redact_snaps";
constexpr const char* kRedactFromSnaps = "redact_from_snaps";
}  // namespace begin_key

}  // namespace sealift::stream
