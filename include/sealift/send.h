// SPDX-License-Identifier: Apache-2.0
// Sending: what `sealift send` does. A plan is made first and checked whole; then it is printed,
// measured or run.
#pragma once

#include <sealift/channel.h>
#include <sealift/dataset.h>
#include <sealift/stream.h>
#include <sealift/vault.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sealift {

namespace replicate {
struct SendJob;
}

/// What the receiver is told it may get; zfs send's -w, -L, -e and -c. A vault sends what it keeps
/// as it was received: these say that the caller agrees, and convert nothing.
struct SendFormat {
  bool raw = false;           ///< sealed as it is; agrees to the other three too
  bool large_blocks = false;  ///< blocks over 128 KiB, microzaps over 128 KiB
  bool embedded = false;      ///< WRITE_EMBEDDED records
  bool compressed = false;    ///< compressed blocks
};

/// What to send. Names and rules are zfs send's (OpenZFS cmd/zfs, lib/libzfs/libzfs_sendrecv.c).
struct SendRequest {
  std::string snapshot;  ///< "dr/enc@s2"
  /// What the stream builds on: "@s1", "#b", "dr/enc@s1", "dr/enc#b", or of a clone the origin
  /// and what came before it. Empty: a full stream.
  std::string from;
  bool intermediates = false;         ///< -I: every snapshot after `from` as a stream of its own
  bool replicate = false;             ///< -R: descendants too, with properties and clones
  bool skip_missing = false;          ///< -s: with -R, pass over datasets without the snapshot
  bool properties = false;            ///< -p
  bool received_properties = false;   ///< -b: those that were received instead of those in force
  bool holds = false;                 ///< -h
  std::vector<std::string> excluded;  ///< -X: with -R, datasets to leave out, and all below them
  SendFormat format;
  /// Id of the wrapping to put into the stream, one of the dataset's. Empty: its own in force.
  std::string wrapping;
  /// Put the peer's own wrappings into the streams: for real ZFS, which would take over whatever
  /// comes. They must be in the vault's journal before: see keep_wrappings(). A stream that builds
  /// on what the peer has is refused if no head has its master key.
  std::shared_ptr<const stream::Peer> peer;
  /// Tell in a single full stream of a dataset that inherits its key under which encryption root
  /// it stands here.
  bool lineage = true;
};

/// One snapshot's part of what is sent.
struct PlannedStream {
  std::string name;  ///< "dr/enc@s2"
  /// As zfs names it: in full ("dr/enc@s1", "dr/enc#b") for a single stream, the bare snapshot
  /// name ("s1") in packages; empty for a full stream, and for a clone that a package begins.
  std::string from;
};

/// What a plan would write, to the byte.
struct SendSizes {
  std::vector<std::uint64_t> streams;  ///< of each of SendPlan::streams()
  std::uint64_t total = 0;             ///< with the headers of a package
};

/// A checked list of streams. A value: cheap to copy. The vault that it was made from must outlive
/// it and must not be refreshed meanwhile: the plan is of the state that its reader's slot pins,
/// so that later receives and destroys do not disturb it. One thread at a time.
class SendPlan {
 public:
  explicit SendPlan(std::shared_ptr<const replicate::SendJob> job) : job_(std::move(job)) {}

  // References live as long as the plan, or a copy of it: a passing one does not lend them.

  /// In the order in which they are sent.
  const std::vector<PlannedStream>& streams() const&;
  void streams() const&& = delete;
  /// What the user should know anyway.
  const std::vector<std::string>& warnings() const&;
  void warnings() const&& = delete;
  /// What a verbose user wants to know.
  const std::vector<std::string>& notes() const&;
  void notes() const&& = delete;
  /// False if something asked for cannot be sent and is not in streams(); a warning names it. The
  /// rest can be sent all the same, as zfs does, and is then a failure.
  bool is_complete() const;

  /// Reads the metadata, and no data, of all that would be sent. Throws Error(kDamaged).
  SendSizes measure() const;

  /// Called before each stream with its index in streams().
  using OnStream = std::function<void(std::size_t)>;
  /// Writes everything to `to`. `records`, if given, goes up by one for each record of an object,
  /// a block or a hole, as it is met; other threads may read it meanwhile. Throws Error: kDamaged
  /// where the vault is (naming the object), and what `to` throws; what was written by then is no
  /// whole stream.
  void run(Sink& to, const OnStream& on_stream,
           std::atomic<std::uint64_t>* records = nullptr) const;

 private:
  std::shared_ptr<const replicate::SendJob> job_;
};

/// Plans `request`; opening `vault` for reading suffices. Throws Error: kUsage for what can never
/// be asked, kState for names that are not there and sources that are no earlier snapshot of the
/// same line, kRefused where what is kept needs more than `request.format` allows, or is sealed
/// with a wrapping that its encryption root's key would not open.
SendPlan plan_send(const Vault& vault, const SendRequest& request);

/// Journals the peer's wrappings beside the own ones of all datasets with their master keys, in one
/// commit; `vault` is open for writing. Returns how many were new.
std::size_t keep_wrappings(Vault& vault, const stream::Peer& peer, const Moment& moment);

/// Plans the rest of an interrupted stream, for the receiver's resume token. The token says where
/// to go on and names the snapshots by their guids; what is sent, and that a sealed snapshot is
/// sent sealed, follows from the vault alone. Throws as plan_send() does, and kUsage for what is
/// no token.
SendPlan plan_resumed_send(const Vault& vault, const std::string& token, const SendFormat& format,
                           std::shared_ptr<const stream::Peer> peer = {});

}  // namespace sealift
