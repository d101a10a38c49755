// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/strong.h"
#include "objset/birth.h"
#include "vault/block.h"

/// What the catalog keeps. Everything that is needed per snapshot when a vault is listed is in
/// SnapshotRecord, which stays under 300 bytes; what may grow (properties, holds, wrappings, the
/// accounting of dead bytes) has records of its own.
namespace sealift::catalog {

using objset::Birth;
using vault::BlockPointer;
using vault::Txg;

/// Never reused within a vault. 0 is no dataset.
using DatasetId = Strong<struct DatasetIdTag>;

/// `birth` numbers the snapshots of a clone family: it grows along each line of descent and is
/// never reused within a dataset. It is the number that the births in object sets are compared
/// with: what changed from a to b are the blocks with birth > a.birth. Not a transaction's number.
struct SnapshotId {
  DatasetId dataset;
  Birth birth;

  constexpr auto operator<=>(const SnapshotId&) const = default;
  constexpr explicit operator bool() const { return static_cast<bool>(dataset); }
};

enum class DatasetType : std::uint8_t { kFilesystem = 1, kVolume = 2 };

/// Identifies a wrapping: the first 64 bits of a SHA-256 over its cryptographic fields.
using WrappingId = Strong<struct WrappingIdTag>;
/// Sixteen hexadecimal digits.
std::string to_text(WrappingId id);
/// Nothing unless `text` is sixteen hexadecimal digits.
std::optional<WrappingId> parse_wrapping_id(std::string_view text);

/// One wrapped copy of a master key, with all that it was wrapped under. Field sizes and numbers
/// are those of a stream's crypt_keydata (OpenZFS module/zfs/dsl_crypt.c).
struct Wrapping {
  std::uint64_t suite = 0;                    ///< ZIO_CRYPT_*
  std::uint64_t key_guid = 0;                 ///< DSL_CRYPTO_GUID
  std::uint64_t version = 0;                  ///< DSL_CRYPTO_VERSION
  std::array<std::uint8_t, 32> master_key{};  ///< wrapped
  std::array<std::uint8_t, 64> hmac_key{};    ///< wrapped
  std::array<std::uint8_t, 12> iv{};
  std::array<std::uint8_t, 16> mac{};
  std::uint64_t key_format = 0;  ///< ZFS_KEYFORMAT_*
  std::uint64_t pbkdf2_salt = 0;
  std::uint64_t pbkdf2_iters = 0;

  std::string from;                  ///< toname of the stream that brought it
  std::int64_t arrived_seconds = 0;  ///< Unix time

  /// Over every field but `from` and `arrived_seconds`.
  WrappingId id() const;
  /// Whether the wrapping keys of both are derived alike. A passphrase's salt is random, so equal
  /// ones are of the same passphrase; raw and hex keys have no parameters, which proves nothing.
  bool has_parameters_of(const Wrapping& other) const {
    return key_format == other.key_format && pbkdf2_salt == other.pbkdf2_salt &&
           pbkdf2_iters == other.pbkdf2_iters;
  }
  bool operator==(const Wrapping&) const = default;
};

/// The sealed key of a dataset. Of its wrappings (records of their own) `own` is in force; the
/// others are journalled: kept, never tried.
struct KeyRecord {
  std::uint64_t suite = 0;
  std::uint64_t key_guid = 0;
  std::uint64_t version = 0;
  WrappingId own;
  DatasetId encryption_root;  ///< the dataset itself if it is one

  bool operator==(const KeyRecord&) const = default;
};

/// The dataset's contents now. Without local writes they are the newest snapshot's, or the
/// origin's, or, where the newest snapshot was destroyed, that one's.
struct Head {
  BlockPointer objset;                 ///< null: nothing was received yet
  Birth birth;                         ///< of its youngest block
  std::uint64_t referenced_bytes = 0;  ///< stored in the vault for it
  std::uint64_t logical_bytes = 0;     ///< of the same before compression

  bool operator==(const Head&) const = default;
};

struct DatasetRecord {
  DatasetId id;      ///< in the key, not in the record
  DatasetId parent;  ///< 0 for the root dataset
  std::string name;  ///< its own component
  DatasetType type = DatasetType::kFilesystem;
  /// Made to hold the first, interrupted receive; nothing was completed yet.
  bool is_incomplete = false;
  std::uint64_t guid = 0;
  std::int64_t creation_seconds = 0;  ///< Unix time
  Txg createtxg;
  SnapshotId origin;    ///< of a clone
  Birth next_birth{1};  ///< what the next snapshot or change of the head is numbered
  Head head;
  std::optional<KeyRecord> key;

  // Accounting, in bytes stored in the vault, as OpenZFS divides them.
  std::uint64_t used_by_dataset_bytes = 0;    ///< born after the origin, reached by the head
  std::uint64_t used_by_snapshots_bytes = 0;  ///< born after the origin, reached by snapshots only
  std::uint64_t used_by_children_bytes = 0;   ///< used by children, and by a partial receive
  std::uint64_t snapshot_count = 0;

  std::uint64_t used_bytes() const {
    return used_by_dataset_bytes + used_by_snapshots_bytes + used_by_children_bytes;
  }
  bool is_encryption_root() const { return key && key->encryption_root == id; }
  bool operator==(const DatasetRecord&) const = default;
};

/// Facts of a snapshot that a listing or the sender asks for without opening the object set.
enum SnapshotFlags : std::uint32_t {
  kHasLargeBlocks = 1U << 0,
  kHasLargeMicrozap = 1U << 1,
  kHasEmbeddedData = 1U << 2,
  kHasLz4 = 1U << 3,
  kHasZstd = 1U << 4,
  kHasLargeDnodes = 1U << 5,
  kIsRaw = 1U << 6,    ///< arrived sealed
  kIsLocal = 1U << 7,  ///< made here, not received
  kHasCompressed = 1U << 8,
  kHasLongNames = 1U << 9,
};

enum class Proof : std::uint8_t { kUnproven = 0, kProven = 1 };

struct SnapshotRecord {
  SnapshotId id;  ///< in the key, not in the record
  std::string name;
  std::uint64_t guid = 0;
  std::uint64_t ivset_guid = 0;  ///< 0 unless encrypted
  std::int64_t creation_seconds = 0;
  Txg createtxg;  ///< the transaction that made it visible here
  BlockPointer objset;
  std::uint64_t referenced_bytes = 0;
  std::uint64_t logical_bytes = 0;
  std::uint64_t written_bytes = 0;  ///< kept up to date by the catalog
  std::uint64_t unique_bytes = 0;   ///< kept up to date by the catalog: zfs's `used` of a snapshot
  std::uint32_t flags = 0;
  WrappingId wrapping;  ///< that it arrived with; 0 unless encrypted
  Proof proof = Proof::kUnproven;
  std::uint32_t hold_count = 0;   ///< kept up to date by the catalog
  std::uint32_t clone_count = 0;  ///< kept up to date by the catalog
  /// Guids of the snapshots it was redacted with respect to; nothing unless redacted.
  std::optional<std::vector<std::uint64_t>> redaction;

  bool operator==(const SnapshotRecord&) const = default;
};

struct BookmarkRecord {
  std::string name;  ///< in the key, not in the record
  std::uint64_t guid = 0;
  std::uint64_t ivset_guid = 0;
  Birth birth;
  Txg createtxg;
  std::int64_t creation_seconds = 0;
  std::uint64_t referenced_bytes = 0;
  std::optional<std::vector<std::uint64_t>> redaction;

  bool operator==(const BookmarkRecord&) const = default;
};

struct HoldRecord {
  std::string tag;  ///< in the key, not in the record
  std::int64_t creation_seconds = 0;

  bool operator==(const HoldRecord&) const = default;
};

/// What an interrupted resumable receive left behind. One per dataset.
struct PartialReceive {
  std::uint64_t to_guid = 0;
  std::uint64_t from_guid = 0;
  std::string to_name;
  SnapshotId base;               ///< that it builds on, if any
  Birth birth;                   ///< of the blocks that arrived
  BlockPointer objset;           ///< the object set as far as it arrived; null: no block is kept
  std::uint64_t used_bytes = 0;  ///< stored for it alone
  std::string token;             ///< receive_resume_token
  std::string state;             ///< the receiver's own, at most 48 KiB

  bool operator==(const PartialReceive&) const = default;
};

/// Properties travel as numbers or as text; each keeps the form it came in.
using PropertyValue = std::variant<std::uint64_t, std::string>;

/// A property of a dataset or snapshot: what was set here and what a stream brought.
struct PropertyRecord {
  std::optional<PropertyValue> local;
  std::optional<PropertyValue> received;
  /// `inherit` without -S, or `receive -x`: the received value is kept but not in force.
  bool is_received_masked = false;

  bool operator==(const PropertyRecord&) const = default;
};

/// What holds for the whole catalog.
struct CatalogHeader {
  DatasetId root;
  DatasetId next_dataset{1};

  bool operator==(const CatalogHeader&) const = default;
};

}  // namespace sealift::catalog
