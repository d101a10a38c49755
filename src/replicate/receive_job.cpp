// SPDX-License-Identifier: Apache-2.0
#include "replicate/receive_job.h"

#include "base/error.h"
#include "replicate/source_tree.h"
#include "stream/rules.h"

namespace sealift::replicate {
namespace {

/// The words with which zfs begins its errors.
const char* what_is_received(const Arrival& arrival, const ReceiveRequest& request) {
  if (arrival.resume) return "cannot receive resume stream";
  const bool is_clone =
      !request.origin.empty() || (arrival.begin.flags & stream::begin_flag::kClone) != 0;
  return arrival.is_incremental() && !is_clone ? "cannot receive incremental stream"
                                               : "cannot receive new filesystem stream";
}

void check_package(const stream::Begin& begin) {
  const std::uint64_t unknown = begin.features() & ~stream::feature::kKnown;
  if (unknown != 0)
    fail(ErrorKind::kRefused, "stream has unsupported feature, feature flags = {:x} (unknown: {})",
         begin.features(), stream::name_features(unknown));
}

[[noreturn]] void refuse_digest_of_package() {
  Error error(ErrorKind::kUsage,
              "the snapshots of a package are committed before its digest can be checked");
  error.set_hint(
      "check it with 'sealift stream verify --sha256' first, or send the snapshots one by one");
  throw error;
}

[[noreturn]] void refuse_digest_of_rest() {
  Error error(ErrorKind::kUsage,
              "the digest of a resumed stream tells nothing of what came before the interruption");
  error.set_hint("give that up with 'sealift receive -A' and receive all of it");
  throw error;
}

/// `zfs send -I` without further options makes a package that tells nothing of its streams.
stream::Nvlist no_list() {
  stream::Nvlist list;
  return list.add_boolean("not_recursive").add_nvlist("fss", stream::Nvlist{});
}

}  // namespace

ReceiveJob::ReceiveJob(const ReceiveTools& tools, const ReceiveRequest& request,
                       const Moment& moment)
    : request_(request),
      observer_(tools.observer),
      stage_(tools.vault, moment, request.dry_run ? Stage::Mode::kRehearse : Stage::Mode::kCommit),
      reader_(digested(tools.from)),
      reception_{stage_, reader_, tools.clock, {}, {}, {request.verify, request.keys.get()}},
      properties_(request) {
  reception_.save.enabled = request.resumable && !request.dry_run;
  if (digesting_) reception_.check_input = [this] { check_digest(); };
}

/// What costs something is there only if it is asked for.
Source& ReceiveJob::digested(Source& from) {
  if (!request_.digest) return from;
  return digesting_.emplace(from);
}

void ReceiveJob::check_digest() {
  stream::check_digest(digesting_->finish(), request_.digest());
}

void ReceiveJob::note(const std::string& line) const {
  if (observer_.on_note) observer_.on_note(line);
}

void ReceiveJob::warn(const std::string& line) const {
  if (observer_.on_warning) observer_.on_warning(line);
}

ReceiveResult ReceiveJob::run() {
  const Item* begin = in_context("cannot receive", [&] { return reader_.next(); });
  if (reader_.is_package()) {
    receive_package(*begin);
  } else {
    receive_single(*begin);
  }
  return std::move(result_);
}

/// What names are appended to must be there.
void ReceiveJob::check_target() {
  if (request_.naming != ReceiveNaming::kExact && !stage_.catalog().find(request_.target))
    fail(ErrorKind::kState, "specified fs ({}) does not exist", request_.target);
}

void ReceiveJob::receive_single(const Item& begin) {
  const auto& record = std::get<stream::Begin>(begin.record);
  const std::string sent = record.to_name.substr(0, record.to_name.find('@'));
  in_context("cannot receive", [&] {
    destinations_ = std::make_unique<Destinations>(request_, sent);
    check_target();
  });
  receive_substream(begin);
}

void ReceiveJob::receive_package(const Item& begin) {
  in_context("cannot receive", [&] {
    if (digesting_) refuse_digest_of_package();
    const auto record = std::get<stream::Begin>(begin.record);
    check_package(record);
    reader_.next();  // END of the package's header
    const auto payload = reader_.take_begin_payload();
    const stream::Nvlist none = no_list();
    package_.emplace(record, payload ? payload->list : none);
    if (package_->is_recursive() && request_.target.find('@') != std::string::npos)
      fail(ErrorKind::kUsage, "cannot specify snapshot name for multi-snapshot stream");
    destinations_ = std::make_unique<Destinations>(request_, package_->top());
    check_target();
    links_.emplace(*package_, destinations_->top());
  });
  follow_source();
  for (;;) {
    const Item* item = in_context("cannot receive", [&] { return reader_.next(); });
    if (item == nullptr) break;
    if (std::holds_alternative<stream::Begin>(item->record)) receive_substream(*item);
  }
  follow_source();
}

/// Renames, promotions and deletions of a replication package, before and after its streams.
void ReceiveJob::follow_source() {
  if (!package_->is_recursive() || package_->from().empty()) return;
  SourceTree::Options options;
  options.destroys = request_.force;
  options.note = [this](const std::string& line) { note(line); };
  options.warn = [this](const std::string& line) { warn(line); };
  SourceTree tree(stage_, *package_, destinations_->top(), options);
  result_.is_complete = tree.follow();
}

void ReceiveJob::receive_substream(const Item& begin) {
  const Arrival arrival =
      in_context("cannot receive", [&] { return begin_arrival(reader_, begin); });
  const std::string& sent = arrival.begin.to_name;
  const ArrivingDataset* entry =
      package_ ? package_->find_by_snapshot(arrival.begin.to_guid, sent.substr(0, sent.find('@')))
               : nullptr;
  in_context(what_is_received(arrival, request_), [&] { receive_into(begin, arrival, entry); });
}

void ReceiveJob::receive_into(const Item& begin, const Arrival& arrival,
                              const ArrivingDataset* entry) {
  if (digesting_ && arrival.resume) refuse_digest_of_rest();
  properties_.check(arrival.is_raw());
  Destination to =
      package_ ? destinations_->of(arrival, entry, stage_.catalog()) : destinations_->of(arrival);
  if (properties_.keeps_plain() || (entry != nullptr && entry->properties))
    to.plain_below_sealed = PlainBelowSealed::kAllow;
  if (top_.empty()) top_ = to.dataset;
  const auto announce = [&](const Lineage& lineage) {
    if (lineage.is_clone)
      note(fmt::format("{} clone origin {}", to.origin ? "using provided" : "found",
                       stage_.catalog().full_name(lineage.base->id)));
    if (observer_.on_begin)
      observer_.on_begin({arrival.begin.to_name, to.full_name(), arrival.is_incremental()});
  };
  const Attachments attachments = attachments_for(arrival, entry);
  const std::uint64_t from = begin.offset;
  const auto received = receive_stream(reception_, {begin, arrival, to, attachments, announce});
  report(arrival, to, received);
  if (observer_.on_done)
    observer_.on_done({to.full_name(), received ? reader_.offset() - from : 0});
}

Attachments ReceiveJob::attachments_for(const Arrival& arrival, const ArrivingDataset* entry) {
  Attachments attachments;
  if (arrival.wrapping)
    attachments.find_encryption_root = [this, &arrival, entry](
                                           const catalog::Catalog& catalog,
                                           const catalog::DatasetRecord& dataset) {
      return find_encryption_root(catalog, dataset, arrival, entry);
    };
  attachments.attach = [this, entry](catalog::Change& change,
                                     const catalog::SnapshotRecord& snapshot) {
    attach(change, snapshot, entry);
  };
  return attachments;
}

/// A package tells in its list which datasets inherit their keys, a single stream in its BEGIN.
std::optional<catalog::DatasetId> ReceiveJob::find_encryption_root(
    const catalog::Catalog& catalog, const catalog::DatasetRecord& dataset, const Arrival& arrival,
    const ArrivingDataset* entry) {
  std::optional<catalog::DatasetId> root;
  bool inherits = false;
  if (links_ && entry != nullptr) {
    inherits = links_->inherits(*entry);
    root = links_->find_root(catalog, *entry, *arrival.wrapping);
  } else if (arrival.lineage) {
    inherits = true;
    root = find_root(catalog, dataset, *arrival.lineage, *arrival.wrapping);
  }
  if (!root && inherits)
    late_warnings_.push_back(fmt::format(
        "{} is an encryption root of its own here: it was not shown that the key of another "
        "opens it",
        catalog.full_name(dataset.id)));
  return root;
}

void ReceiveJob::attach(catalog::Change& change, const catalog::SnapshotRecord& snapshot,
                        const ArrivingDataset* entry) {
  const catalog::DatasetRecord dataset = change.catalog.dataset(snapshot.id.dataset);
  const Place place = change.catalog.full_name(dataset.id) == top_ ? Place::kTop : Place::kBelow;
  const auto received = entry == nullptr ? std::nullopt : entry->properties;
  for (std::string& warning : properties_.apply(change, dataset, received, place))
    late_warnings_.push_back(std::move(warning));
  const ArrivingSnapshot* arriving = entry == nullptr ? nullptr : entry->find(snapshot.guid);
  const bool wants_holds = package_ && package_->has_holds() && !request_.skip_holds;
  if (arriving != nullptr)
    attach_to_snapshot(change, snapshot.id, *arriving, wants_holds ? Holds::kSet : Holds::kSkip);
}

void ReceiveJob::report(const Arrival& arrival, const Destination& to,
                        const std::optional<ReceivedSnapshot>& received) {
  for (const std::string& warning : std::exchange(late_warnings_, {})) warn(warning);
  if (!received) {
    // As zfs: a rehearsal ends where the kernel would have been asked.
    if (!request_.dry_run) note(fmt::format("snap {} already exists; ignoring", to.full_name()));
    return;
  }
  result_.snapshots.push_back(to.full_name());
  if (links_ && arrival.wrapping)
    links_->note(received->snapshot.id.dataset, arrival.wrapping->id());
  if (received->proved == Proved::kWhatCame)
    warn(
        fmt::format("what came of {} was proved with the key, but it stays unproven: the snapshot "
                    "before it is; 'sealift verify' proves both",
                    to.full_name()));
  if (received->journalled)
    warn(fmt::format(
        "the stream wraps the master key of {} in another way than {} does here: kept beside as "
        "wrapping {}, and the own one stays in force",
        to.dataset, to.dataset, catalog::to_text(*received->journalled)));
}

}  // namespace sealift::replicate
