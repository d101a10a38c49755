// SPDX-License-Identifier: Apache-2.0
// The steps of a history that go from vault to vault, and those that no vault lets in.
#include <fmt/format.h>

#include "base/error.h"
#include "catalog/keydata.h"
#include "catalog/name.h"
#include "model/history.h"
#include "stream/reader.h"
#include "support/streams.h"

namespace sealift::model {
namespace {

catalog::Wrapping wrapping_in(const Bytes& stream) {
  stream::Reader reader{ByteView(stream)};
  reader.next();
  return catalog::read_wrapping(
      *reader.begin_payload()->list.get_nvlist(stream::begin_key::kCryptKeydata));
}

}  // namespace

void History::send() {
  const Chosen from = dataset_with_snapshots();
  if (!from) return;
  Place& to = any_place();
  if (&to == from.place) return;
  const auto& list = from.dataset->snapshots;
  const Snapshot& last = one_in(3) ? list[draw(list.size())] : list.back();
  const auto there = to.model.find(from.name);
  if (there != to.model.end() && there->second.snapshots.size() >= kMostSnapshots) return;

  SendRequest request;
  request.snapshot = from.name + '@' + last.name;
  const Snapshot* base = nullptr;
  if (there != to.model.end() && !one_in(10)) {
    for (const Snapshot& each : list)
      if (&each < &last && (one_in(10) || there->second.find(each.guid) != nullptr)) base = &each;
  }
  if (base == nullptr && there != to.model.end() && !one_in(10)) return;
  if (base != nullptr) request.from = '@' + base->name;
  request.lineage = !one_in(4);
  Bytes stream = from.place->site.send(request);

  const std::string target = from.name;
  catalog::WrappingId with = own_wrapping(*from.place, from.name).id();
  Model wanted = to.model;
  ReceiveRequest receive = request_for(target);
  Verdict verdict = Verdict::kAccept;
  const Brought brought = brought_by(*from.dataset, base, last);
  if (there != to.model.end()) {
    verdict = model::receive(to.model, wanted[target], brought, receive.force);
    // As for real ZFS: with the wrapping that the receiver has.
    const auto& its = there->second;
    if (base != nullptr && its.key_guid == from.dataset->key_guid && !its.snapshots.empty() &&
        one_in(3)) {
      SendRequest ask;
      ask.snapshot = target + '@' + its.snapshots.back().name;
      const Bytes head = to.site.send(ask);
      const stream::Peer peer(
          {{[&] { return std::make_unique<sealift::test::MemorySource>(head); }}});
      sealift::test::MemorySource source(stream);
      sealift::test::MemorySink sink;
      stream::rewrap(source, sink, peer);
      stream = sink.bytes();
      with = own_wrapping(to, target).id();
      if (wrapping_in(stream).id() != with) fail("rewrapped, and not with the receiver's wrapping");
    }
    deliver({to, stream, receive, wanted, verdict, from.place, from.name, with});
    return;
  }
  if (base != nullptr) return;
  const std::string parent = parent_of(target);
  if (parent != "memory" && to.model.count(parent) == 0) verdict = Verdict::kRefuse;
  Dataset made;
  made.number = ++last_;
  made.root = made.number;
  made.key = from.dataset->key;
  made.key_guid = from.dataset->key_guid;
  made.snapshots = {brought.snapshot};
  made.head = brought.snapshot.object_set;
  // It stands under the root that it had, if that is here and opens it.
  if (request.lineage && !from.dataset->is_root() && verdict == Verdict::kAccept) {
    const std::string* root_there = name_of(from.place->model, from.dataset->root);
    const Dataset& root = from.place->model.at(*root_there);
    for (std::string above = parent; above != "memory"; above = parent_of(above)) {
      const Dataset& here = to.model.at(above);
      if (!here.is_root() || here.key_guid != root.key_guid) continue;
      const auto theirs = own_wrapping(*from.place, *root_there), ours = own_wrapping(to, above);
      const bool is_alike = keys::derivation_of(theirs) == keys::derivation_of(ours);
      const bool is_passphrase = keys::derivation_of(theirs).format == keys::KeyFormat::kPassphrase;
      if (is_alike && (is_passphrase || theirs.id() == ours.id())) made.root = here.number;
      break;
    }
  }
  wanted[target] = made;
  deliver({to, stream, receive, wanted, verdict, from.place, from.name, with});
}

/// An increment becomes a clone of what it builds on: with the key of that, whatever it carries.
void History::send_clone() {
  const Chosen from = dataset_with_snapshots();
  Place& to = any_place();
  if (!from || &to == from.place) return;
  const auto there = to.model.find(from.name);
  const auto name = free_name(to);
  if (there == to.model.end() || !name || from.dataset->snapshots.size() < 2) return;
  const std::size_t at = draw(from.dataset->snapshots.size() - 1);
  const Snapshot &base = from.dataset->snapshots[at], &last = from.dataset->snapshots[at + 1];
  SendRequest request;
  request.snapshot = from.name + '@' + last.name;
  request.from = '@' + base.name;
  const Bytes stream = from.place->site.send(request);
  const Snapshot* origin = there->second.find(base.guid);
  if (origin == nullptr) return;
  ReceiveRequest receive = request_for(*name);
  receive.resumable = false;
  receive.origin = from.name + '@' + origin->name;

  const Brought brought = brought_by(*from.dataset, &base, last);
  Dataset made;
  made.number = ++last_;
  made.key_guid = there->second.key_guid;
  made.key = there->second.key;
  made.root = there->second.root;
  made.origin = there->second.number;
  made.origin_guid = base.guid;
  made.snapshots = {brought.snapshot};
  made.head = brought.snapshot.object_set;
  Model wanted = to.model;
  wanted[*name] = made;
  const bool fits = there->second.key_guid == from.dataset->key_guid && origin->ivset == base.ivset;
  deliver(
      {to, stream, receive, wanted, fits ? Verdict::kAccept : Verdict::kRefuse, nullptr, {}, {}});
}

/// A tree goes where nothing of it is: its encryption roots come along.
void History::send_package() {
  const Chosen from = dataset_with_snapshots();
  Place& to = any_place();
  if (!from || &to == from.place || to.model.count(from.name) != 0) return;
  const std::string parent = parent_of(from.name);
  if (parent != "memory" && to.model.count(parent) == 0) return;
  Model wanted = to.model;
  const std::string name = fmt::format("r{:x}", random_());
  std::map<DatasetNumber, DatasetNumber> numbers;
  for (auto& [dataset_name, dataset] : from.place->model) {
    if (!is_within(dataset_name, from.name)) continue;
    const bool has_head =
        !dataset.snapshots.empty() && dataset.snapshots.back().object_set == dataset.head;
    if (dataset.origin != 0 || !has_head) return;
    for (const Snapshot& each : dataset.snapshots)
      if (has_clones(from.place->model, dataset, each.guid)) return;
    numbers[dataset.number] = ++last_;
  }
  from.place->site.edit([&](catalog::Change& change) {
    SnapshotOptions options;
    options.recursive = true;
    catalog::take_snapshots(change, {from.name + '@' + name}, options);
  });
  const catalog::Catalog catalog = from.place->site.catalog();
  for (auto& [dataset_name, dataset] : from.place->model) {
    if (!is_within(dataset_name, from.name)) continue;
    const auto record = catalog.find_snapshot(catalog.get(dataset_name).id, name).value();
    Snapshot taken = dataset.snapshots.back();
    taken.name = name;
    taken.guid = record.guid;
    taken.ivset = record.ivset_guid;
    dataset.snapshots.push_back(taken);
    Dataset made = dataset;
    made.number = numbers.at(dataset.number);
    const auto root = numbers.find(dataset.root);
    made.root = root == numbers.end() ? numbers.at(from.dataset->number) : root->second;
    for (Snapshot& each : made.snapshots) each.object_set = ++last_;
    made.head = made.snapshots.back().object_set;
    wanted[dataset_name] = made;
  }
  SendRequest request;
  request.snapshot = from.name + '@' + name;
  request.replicate = true;
  const Bytes stream = from.place->site.send(request);
  ReceiveRequest receive;
  receive.target = from.name;
  const Reception got = to.site.receive(stream, receive);
  if (got.end != Reception::End::kDone) fail("a package was refused: " + got.why);
  to.model = wanted;
  count(true);
}

/// A stream that no rule lets in, whoever made it.
void History::send_wrong() {
  const Chosen at = dataset_with_snapshots();
  if (!at || at.dataset->snapshots.size() >= kMostSnapshots) return;
  const Snapshot& base = at.dataset->snapshots.back();
  const keys::MasterKey key = open(*at.place, at.name);
  Sealer sealer(key, random_);
  auto [fresh, told] = write_next(at, sealer);
  const bool is_first = at.dataset->snapshots.size() == 1;
  switch (draw(6)) {
    case 0:  // another master key of the same suite
      told.wrapping = make_key(random_, at.dataset->key, {});
      break;
    case 1:
      told.wrapping.suite = 7;
      break;
    case 2:
      ++told.from_ivset;
      break;
    case 3:
      told.from_ivset = 0;
      break;
    case 4:
      ++told.from_guid;
      break;
    default:  // the same snapshot with other IVs
      if (is_first) return;
      told.to_guid = base.guid;
      told.to_name = at.name + '@' + base.name;
      told.from_guid = at.dataset->snapshots[at.dataset->snapshots.size() - 2].guid;
      told.from_ivset = at.dataset->snapshots[at.dataset->snapshots.size() - 2].ivset;
  }
  const Bytes stream = sealer.make_stream(told, *base.contents, *fresh.contents);
  const auto clone = free_name(*at.place);
  if (clone && told.to_guid == fresh.guid && one_in(3)) {
    ReceiveRequest request = request_for(*clone);
    request.origin = at.name + '@' + base.name;
    deliver({*at.place, stream, request, at.place->model, Verdict::kRefuse, nullptr, {}, {}});
    return;
  }
  deliver({*at.place,
           stream,
           request_for(at.name),
           at.place->model,
           Verdict::kRefuse,
           nullptr,
           {},
           {}});
}

}  // namespace sealift::model
