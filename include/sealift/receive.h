// SPDX-License-Identifier: Apache-2.0
// Receiving: what `sealift receive` does. Each snapshot that a stream brings is one commit.
#pragma once

#include <sealift/channel.h>
#include <sealift/dataset.h>
#include <sealift/digest.h>
#include <sealift/vault.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sealift {

namespace catalog {
class KeyHolder;
}

/// When a receive proves with the key what raw streams bring, before it commits.
enum class ReceiveVerify : std::uint8_t {
  kAuto,    ///< what came, if the key is at hand; all of the snapshot if the one before is proven
  kAlways,  ///< all of the snapshot; without the key nothing is received
  kNever,
};

/// How the received dataset gets its name (OpenZFS lib/libzfs/libzfs_sendrecv.c).
enum class ReceiveNaming : std::uint8_t {
  kExact,      ///< the target itself; what a package holds below its top goes below it
  kDropFirst,  ///< -d: the target, and of the sent name all but the first component
  kKeepLast,   ///< -e: the target, and of the sent name the last component
};

/// What to receive into, and how; the options are those of zfs receive.
struct ReceiveRequest {
  /// "dr/enc": the snapshot's name comes from the stream. "dr/enc@s1": exactly that.
  std::string target;
  ReceiveNaming naming = ReceiveNaming::kExact;
  /// -F: destroy snapshots newer than the one the stream builds on, and changes of the head; of a
  /// replication package also the datasets and snapshots which the source no longer has. What is
  /// held or has clones is refused.
  bool force = false;
  /// -s: keep what arrived if the stream is interrupted.
  bool resumable = false;
  /// -n: read and check all of the stream, and change nothing.
  bool dry_run = false;
  bool skip_holds = false;            ///< -h
  Properties overrides;               ///< -o, but not "origin"
  std::vector<std::string> excluded;  ///< -x
  std::string origin;                 ///< -o origin=: the snapshot to receive a clone of
  ReceiveVerify verify = ReceiveVerify::kAuto;
  std::shared_ptr<catalog::KeyHolder> keys;  ///< of hold_keys(); null: no key is at hand
  /// What the digest of all of the input has to be: called once the input ended, before the commit.
  /// Empty: any. Not of packages, which are committed before their end is read, and not of the rest
  /// of an interrupted stream, whose digest tells nothing of what came before.
  std::function<stream::Digest()> digest;
};

/// A snapshot's stream is about to be received.
struct ReceiveBegun {
  std::string from;  ///< as its sender names it: "tank/enc@s1"
  std::string into;  ///< "dr/enc@s1"
  bool is_incremental = false;
};

/// It was received and is committed (or, in a dry run, could be).
struct ReceiveDone {
  std::string into;
  std::uint64_t bytes = 0;  ///< of its stream
};

/// Told while the receive goes on, in the receiving thread. Any may be empty.
struct ReceiveObserver {
  std::function<void(const ReceiveBegun&)> on_begin;
  std::function<void(const ReceiveDone&)> on_done;
  /// A line that zfs receive -v would print.
  std::function<void(const std::string&)> on_note;
  /// What every user should know.
  std::function<void(const std::string&)> on_warning;
};

struct ReceiveResult {
  std::vector<std::string> snapshots;  ///< received now, in order
  /// False if a dataset of a replication package could not be renamed, promoted or destroyed as at
  /// the source; warnings said which.
  bool is_complete = true;
};

/// Receives all of `from`, a single stream or a package, into `vault`, which is open for writing.
///
/// Nothing of a snapshot is visible before all of its stream was read and checked, and it came
/// together with what -F destroys, its dataset if that is new, its properties and holds in one
/// commit. A single stream is committed only after the input ended. Each snapshot of a package is
/// committed when its own END was read: an error later leaves it there.
///
/// Throws Error, with the snapshot that was being received as it was not: kUsage for a request
/// that cannot be, kState where the target must be another or in another state, kRefused where the
/// rules of lineage forbid it for ever, kDamaged for a stream that fails a check, kRetry where
/// space ran out, kWrongKey where a key does not open the dataset. With `resumable`, kResume says
/// that what arrived is kept, and what() holds the token for `zfs send -t`. Of a stream with
/// another digest than it has to have nothing is kept.
ReceiveResult receive(Vault& vault, Source& from, const ReceiveRequest& request,
                      const ReceiveObserver& observer, const Moment& moment);

/// `receive -A`: gives up what an interrupted receive into `dataset` left, and the dataset itself
/// if it was made for that. Throws Error(kState) if there is nothing.
void abort_receive(Vault& vault, const std::string& dataset);

}  // namespace sealift
