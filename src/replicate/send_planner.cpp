// SPDX-License-Identifier: Apache-2.0
// From a request to the streams that are to be sent, by the rules of zfs send (OpenZFS
// cmd/zfs/zfs_main.c, lib/libzfs/libzfs_sendrecv.c). There are two sorts: a single stream, and
// with -R or -I a package of several, which has rules of its own about its source.
#include "replicate/send_planner.h"

#include "base/error.h"
#include "catalog/operations.h"
#include "replicate/package_contents.h"
#include "replicate/package_streams.h"
#include "replicate/peer_wrapping.h"
#include "replicate/send_base.h"
#include "replicate/send_check.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::Name;
using catalog::NameKind;
using catalog::SnapshotRecord;

/// The snapshot to be sent, opened.
struct Target {
  Name name;
  SnapshotRecord snapshot;
  catalog::DatasetRecord dataset;
};

bool is_package_range(const SendRequest& request) {
  return request.replicate || request.intermediates;
}

bool has_list(const SendRequest& request) {
  return request.replicate || request.properties || request.received_properties || request.holds;
}

void check_options(const SendRequest& request) {
  if (!request.excluded.empty() && !request.replicate)
    fail(ErrorKind::kState, "cannot specify dataset exclusion (-X) on a non-recursive send");
  if (request.skip_missing && !request.replicate)
    fail(ErrorKind::kUsage, "skip-missing flag can only be used in conjunction with replicate");
  if (!request.wrapping.empty() && request.replicate)
    fail(ErrorKind::kUsage, "one wrapping cannot be that of all datasets of a replicate stream");
  if (!request.wrapping.empty() && request.peer)
    fail(ErrorKind::kUsage, "one of the dataset's wrappings and the peer's exclude each other");
  for (const std::string& each : request.excluded)
    if (catalog::parse_dataset_name(each).find('/') == std::string::npos)
      fail(ErrorKind::kUsage, "-X {}: not a valid non-root dataset name", each);
}

Target open_target(const Catalog& catalog, const SendRequest& request) {
  const Name name = catalog::parse_name(request.snapshot);
  if (name.kind != NameKind::kSnapshot) {
    Error error(ErrorKind::kUsage,
                fmt::format("cannot send '{}': only snapshots are sent", request.snapshot));
    error.set_hint("name a snapshot: DATASET@SNAPSHOT");
    throw error;
  }
  SnapshotRecord snapshot = catalog::get_snapshot(catalog, name);
  catalog::DatasetRecord dataset = catalog.dataset(snapshot.id.dataset);
  return {name, std::move(snapshot), std::move(dataset)};
}

PackageHead make_head(const Target& target, const SendRequest& request) {
  PackageHead head;
  head.begin.version_info = stream::make_version_info(stream::HeaderType::kCompound,
                                                      request.holds ? stream::feature::kHolds : 0);
  head.begin.to_name = target.name.full();
  return head;
}

/// OpenZFS packs this list as XDR, whatever the streams in it have.
void put_list(const stream::Nvlist& list, PackageHead& head) {
  head.payload = stream::encode_nvlist(list, {stream::Packing::Format::kXdr, head.byte_order});
  if (head.payload.size() > stream::kMaxPackagePayload)
    fail(ErrorKind::kRefused,
         "the size of the list of snapshots and properties is too large to be received");
  head.begin.payload_length = static_cast<std::uint32_t>(head.payload.size());
}

/// The source of a single stream, in full; a warning if its sort had to be guessed.
std::string single_source(const SendRequest& request, const Target& target, SendJob& job) {
  std::string from = request.from;
  if (from.find_first_of("@#") == std::string::npos) {
    job.warnings.emplace_back(
        "incremental source didn't specify type, assuming snapshot; use '@' or '#' prefix to "
        "avoid ambiguity");
    from.insert(0, "@");
  }
  return from.front() == '@' || from.front() == '#' ? target.name.dataset + from : from;
}

void plan_single(const Catalog& catalog, const SendRequest& request, const Target& target,
                 SendJob& job) {
  SnapshotToSend stream;
  stream.snapshot = target.snapshot;
  stream.name = target.name.full();
  std::string from;
  in_context(fmt::format("cannot send '{}'", stream.name), [&] {
    if (!request.from.empty()) {
      from = single_source(request, target, job);
      stream.base = resolve_base(catalog, catalog::parse_name(from), target.snapshot);
    }
    check_format(*job.vault, stream, request.format);
    stream.wrapping = wrapping_to_send(catalog, target.dataset, request, PeerHasKey::kMust);
    // Where it builds on something the receiver has a root already.
    if (stream.wrapping && request.lineage && !stream.base && !has_list(request))
      stream.lineage = lineage_of(catalog, target.dataset, *stream.wrapping);
  });
  job.add(std::move(stream), std::move(from));
  if (!has_list(request)) return;
  // The list says nothing of the source: it need not be of the same dataset.
  const PackageRange range{"", target.name.item};
  PackageContents contents(catalog, request, range);
  contents.add_snapshot(target.snapshot);
  job.package = make_head(target, request);
  job.package->byte_order = stream_byte_order(*job.vault, target.snapshot);
  const stream::Nvlist list = contents.list();
  if (request.peer) request.peer->keys().check_roots(list);
  put_list(list, *job.package);
}

/// The short name of a package's source, and whether it is the clone's origin.
PackageRange package_range(const Catalog& catalog, const SendRequest& request,
                           const Target& target) {
  PackageRange range{request.from, target.name.item};
  if (request.from.find('#') != std::string::npos)
    fail(ErrorKind::kState, "multiple snapshots cannot be sent from a bookmark");
  if (request.from.empty()) return range;
  if (target.dataset.origin && request.from == catalog.full_name(target.dataset.origin))
    return {"", target.name.item, true};
  const std::size_t at = request.from.find('@');
  if (at != std::string::npos) {
    if (at != 0 && request.from.substr(0, at) != target.name.dataset)
      fail(ErrorKind::kUsage, "incremental source must be in same filesystem");
    range.from = request.from.substr(at + 1);
  }
  if (range.from.empty() || range.from.find_first_of("@/") != std::string::npos)
    fail(ErrorKind::kUsage, "invalid incremental source");
  catalog::get_snapshot(catalog, {target.name.dataset, NameKind::kSnapshot, range.from});
  return range;
}

void plan_package(const Catalog& catalog, const SendRequest& request, const Target& target,
                  SendJob& job) {
  const PackageRange range = package_range(catalog, request, target);
  PackageContents contents(catalog, request, range);
  contents.add_dataset(target.dataset);
  plan_streams({catalog, request, range, contents}, job);
  job.package = make_head(target, request);
  job.package->byte_order = stream_byte_order(*job.vault, target.snapshot);
  if (has_list(request)) {
    const stream::Nvlist list = contents.list();
    if (request.peer) request.peer->keys().check_roots(list);
    put_list(list, *job.package);
  }
  for (auto& each : contents.take_warnings()) job.warnings.push_back(std::move(each));
  job.notes = contents.take_notes();
}

}  // namespace

SendJob make_send_job(const vault::Vault& vault, const SendRequest& request) {
  check_options(request);
  const Catalog catalog = catalog::open_catalog(vault);
  const Target target = open_target(catalog, request);
  SendJob job;
  job.vault = &vault;
  job.peer = request.peer;
  if (is_package_range(request)) {
    plan_package(catalog, request, target, job);
  } else {
    plan_single(catalog, request, target, job);
  }
  return job;
}

}  // namespace sealift::replicate
