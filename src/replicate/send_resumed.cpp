// SPDX-License-Identifier: Apache-2.0
// From a resume token to the rest of a stream (OpenZFS lib/libzfs/libzfs_sendrecv.c,
// zfs_send_resume). A token comes from the peer: it chooses where to go on in a snapshot that it
// names by guid, and nothing else. OpenZFS also lets it choose whether to send raw.
#include "base/error.h"
#include "catalog/operations.h"
#include "replicate/peer_wrapping.h"
#include "replicate/send_base.h"
#include "replicate/send_check.h"
#include "replicate/send_planner.h"
#include "stream/token.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::SnapshotRecord;
using stream::ResumeToken;

SnapshotRecord find_snapshot(const Catalog& catalog, const ResumeToken& token) {
  std::optional<SnapshotRecord> found;
  for (const catalog::SnapshotId& id : catalog.snapshots_by_guid(token.to_guid)) {
    const bool is_namesake = catalog.full_name(id) == token.to_name;
    if (is_namesake || !found) found = catalog.snapshot(id);
    if (is_namesake) break;
  }
  if (!found)
    fail(ErrorKind::kState, "'{}' used in the initial send no longer exists: guid {:#x}",
         token.to_name, token.to_guid);
  return *found;
}

std::optional<NamedBase> find_source(const Catalog& catalog, const ResumeToken& token,
                                     const SnapshotRecord& to) {
  if (token.from_guid == 0) return std::nullopt;
  auto base = find_base(catalog, token.from_guid, to);
  if (!base) fail(ErrorKind::kState, "incremental source {:#x} no longer exists", token.from_guid);
  return base;
}

/// What began as one sort of stream cannot go on as another.
void check_sort(const ResumeToken& token, const catalog::DatasetRecord& dataset,
                const SnapshotRecord& to) {
  const auto sort = [](bool is_raw) { return is_raw ? "a raw" : "not a raw"; };
  if (token.raw_ok != dataset.key.has_value())
    fail(ErrorKind::kRefused, "the token is of {} stream, and of this dataset {} one is sent",
         sort(token.raw_ok), sort(dataset.key.has_value()));
  if (token.redact_snaps != to.redaction)
    fail(ErrorKind::kRefused, "the token is of a stream that was redacted in another way");
}

SendFormat allowed_by(const ResumeToken& token, const SendFormat& format) {
  SendFormat allowed = format;
  allowed.raw |= token.raw_ok;
  allowed.large_blocks |= token.large_block_ok;
  allowed.embedded |= token.embed_ok;
  allowed.compressed |= token.compress_ok;
  return allowed;
}

}  // namespace

SendJob make_resumed_job(const vault::Vault& vault, const std::string& text,
                         const SendFormat& format, std::shared_ptr<const stream::Peer> peer) {
  return in_context("cannot resume send", [&] {
    const ResumeToken token = stream::parse_token(text);
    const Catalog catalog = catalog::open_catalog(vault);
    SnapshotToSend stream;
    stream.snapshot = find_snapshot(catalog, token);
    const catalog::DatasetRecord dataset = catalog.dataset(stream.snapshot.id.dataset);
    check_sort(token, dataset, stream.snapshot);
    const auto source = find_source(catalog, token, stream.snapshot);
    if (source) stream.base = source->base;
    check_format(vault, stream, allowed_by(token, format));
    stream.name = catalog.full_name(stream.snapshot.id);
    SendRequest request;
    request.peer = peer;
    stream.wrapping = wrapping_to_send(catalog, dataset, request, PeerHasKey::kMust);
    if (token.object != 0 || token.offset != 0)
      stream.resume = BeginFacts::ResumePoint{token.object, token.offset};
    SendJob job;
    job.vault = &vault;
    job.peer = std::move(peer);
    job.add(std::move(stream), source ? source->name : "");
    return job;
  });
}

}  // namespace sealift::replicate
