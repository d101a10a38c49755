// SPDX-License-Identifier: Apache-2.0
// Work that needs a key: what `sealift verify` and `sealift key test` do.
#pragma once

#include <sealift/channel.h>
#include <sealift/dataset.h>
#include <sealift/stream.h>
#include <sealift/vault.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sealift {

namespace os {
class Keyring;
}

enum class KeyPurpose : std::uint8_t {
  kOpen,
  kNew,       ///< to take the place of the one that is in force
  kNewAgain,  ///< the same once more, against mistyping
};

namespace catalog {
class KeyHolder;
}

/// What a person is asked for.
struct KeyQuestion {
  std::string dataset;
  std::string format;  ///< "passphrase", "hex" or "raw"
  KeyPurpose purpose = KeyPurpose::kOpen;
  std::string trouble;  ///< with the answer before, to be said first; empty: there was none
};

/// How a wrapping key is got at.
struct KeyAccess {
  /// "file:///path", "https://address", "http://address", "fd://3" or "prompt", as in the property
  /// keylocation. Empty: the key that is loaded; else the property of the encryption root, where
  /// that names a file or an address; else no key.
  std::string location;
  /// Puts what the person typed into the buffer, which is in memory that nobody else sees, and
  /// returns how many bytes. Needed for "prompt" only.
  std::function<std::size_t(const KeyQuestion&, ByteSpan)> ask;
  /// ask() reaches somebody who may mistype: a wrong key is asked for three times, a new one twice.
  bool is_person = false;
  /// Where <sealift/keyring.h> keeps loaded keys; must outlive this. Null: none is loaded.
  const os::Keyring* loaded = nullptr;
};

enum class VerifyDepth : std::uint8_t {
  kBlocks,  ///< every block
  kRoot,    ///< dnodes and indirect blocks, up to the portable MAC; no data
};

struct VerifyRequest {
  std::string target;  ///< "dr/enc": all snapshots of it. "dr/enc@s1": that one.
  Recursion recursion = Recursion::kNone;
  VerifyDepth depth = VerifyDepth::kBlocks;
  KeyAccess key;
};

enum class Verdict : std::uint8_t {
  kProven,    ///< the key opened and authenticated all that was read
  kUnproven,  ///< encrypted, and no key at hand: checksums and structure are right
  kPlain,     ///< not encrypted: checksums and structure are right
  kDamaged,
};

struct VerifiedSnapshot {
  std::string snapshot;
  Verdict verdict = Verdict::kUnproven;
  /// What was read: not what the snapshot before has at the same place, if that was without fault.
  std::uint64_t objects = 0;
  std::uint64_t blocks = 0;  ///< of data
  std::uint64_t bytes = 0;   ///< of these
  std::uint64_t faults = 0;
};

/// Told while the verification goes on. Either may be empty.
struct VerifyObserver {
  std::function<void(const VerifiedSnapshot&)> on_snapshot;
  /// "dr/enc@s1: object 12, offset 131072: ..."
  std::function<void(const std::string&)> on_fault;
};

/// Reads snapshots and proves them, oldest first. With kBlocks, and a vault open for writing, what a
/// key proved is recorded as proven, and what it disproved as unproven. Returns the number of faults.
///
/// Throws Error: kWrongKey where a key was given that does not open a dataset, before any of its
/// data are touched; kUsage for key material that cannot be; kState where the target is not there.
std::uint64_t verify(Vault& vault, const VerifyRequest& request, const VerifyObserver& observer);

/// What receive() proves with (ReceiveRequest::keys). Nobody is asked for a dataset's key unless
/// `access.location` says so; one of a dataset that is not there yet is only got from there. Keys
/// are kept for the object's life.
std::shared_ptr<catalog::KeyHolder> hold_keys(const KeyAccess& access);

/// What was shown of a substream.
enum class StreamVerdict : std::uint8_t {
  kProven,  ///< a whole snapshot: every block opens, and the portable MAC is right
  kOpened,  ///< an increment, or the rest of a stream: every block in it opens; that they are in
            ///< their places, and what they replace, needs the snapshot before
  kPlain,   ///< not encrypted
};

struct ProvenStream {
  stream::StreamSummary summary;
  std::vector<StreamVerdict> verdicts;  ///< of each substream
};

/// Proves a stream in one pass, memory bounded whatever its size: all that stream::verify() checks,
/// and with the keys what is sealed in it. Throws Error at the first fault: kWrongKey before any
/// data of that substream are read, kDamaged for what is not what was sealed, and what
/// stream::verify() throws.
ProvenStream prove_stream(Source& from, const KeyAccess& access);

/// Shows that the key opens `dataset`'s master key, without touching data. Throws as verify().
void test_key(const Vault& vault, const std::string& dataset, const KeyAccess& access);
/// The same for the wrapping in the head of a raw stream, of which no more is read.
void test_key(Source& stream, const KeyAccess& access);

}  // namespace sealift
