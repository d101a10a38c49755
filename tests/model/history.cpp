// SPDX-License-Identifier: Apache-2.0
#include "model/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "catalog/name.h"
#include "support/memory_storage.h"
#include "support/streams.h"

namespace sealift::model {
namespace {

using sealift::test::PowerFailure;

const std::vector<std::string> kNames = {"memory/a",   "memory/a/x", "memory/a/x/p", "memory/a/y",
                                         "memory/b",   "memory/b/x", "memory/b/x/p", "memory/c",
                                         "memory/c/y", "memory/d"};
constexpr std::size_t kLookAnew = 100;  ///< steps

}  // namespace

History::History(std::uint64_t seed) : seed_(seed), random_(seed) {
  for (std::size_t i = 0; i < kSites; ++i) places_.emplace_back(seed * kSites + i);
}

void History::fail(const std::string& what) const {
  throw std::runtime_error(fmt::format("seed {}, step {} ({}): {}", seed_, step_, doing_, what));
}

void History::count(bool done) {
  did_ = true;
  Count& count = counts_[doing_];
  ++(done ? count.done : count.refused);
}

void History::run(std::size_t steps) {
  for (step_ = 1; step_ <= steps; ++step_) {
    try {
      // A kind of step may find nothing that it could be done to.
      did_ = false;
      for (int tries = 0; !did_ && tries < 100; ++tries) step();
      // Whatever was found right is looked at anew from time to time: its blocks may be gone.
      const bool is_anew = step_ % kLookAnew == 0;
      for (Place& place : places_) {
        if (is_anew) place.proven.clear();
        if (place.site.take_touched() || is_anew) check(place);
      }
    } catch (const Error& error) {
      fail(error.what());
    }
  }
}

void History::step() {
  struct Kind {
    const char* name;
    unsigned weight;
    void (History::*run)();
  };
  static const Kind kinds[] = {
      {"create", 8, &History::create},
      {"write", 12, &History::write},
      {"race", 2, &History::race},
      {"snapshot", 5, &History::snapshot},
      {"send", 34, &History::send},
      {"send a clone", 3, &History::send_clone},
      {"send a package", 3, &History::send_package},
      {"send what is wrong", 8, &History::send_wrong},
      {"change-key", 8, &History::change_key},
      {"change-key -i", 5, &History::inherit_key},
      {"rename", 3, &History::rename},
      {"rollback", 2, &History::roll_back},
      {"destroy a snapshot", 4, &History::destroy_snapshot},
      {"destroy", 3, &History::destroy_dataset},
  };
  unsigned at = static_cast<unsigned>(draw(100));
  for (const Kind& kind : kinds) {
    if (at < kind.weight) {
      doing_ = kind.name;
      return (this->*kind.run)();
    }
    at -= kind.weight;
  }
}

// -- Choices -----------------------------------------------------------------------------------

History::Chosen History::any_dataset(Place& place) {
  if (place.model.empty()) return {};
  auto it = place.model.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(draw(place.model.size())));
  return {&place, it->first, &it->second};
}

History::Chosen History::dataset_with_snapshots() {
  const Chosen chosen = any_dataset(any_place());
  return chosen && !chosen.dataset->snapshots.empty() ? chosen : Chosen{};
}

std::optional<std::string> History::free_name(const Place& place) {
  const std::string& name = kNames[draw(kNames.size())];
  const std::string parent = parent_of(name);
  const bool has_parent = parent == "memory" || place.model.count(parent) != 0;
  if (!has_parent || place.model.count(name) != 0) return std::nullopt;
  return name;
}

keys::Derivation History::any_derivation() {
  if (one_in(2)) return {};
  return {keys::KeyFormat::kPassphrase, random_(), 100'000};
}

ReceiveRequest History::request_for(const std::string& target) {
  ReceiveRequest request;
  request.target = target;
  request.force = one_in(3);
  request.resumable = one_in(4);
  return request;
}

Snapshot History::new_snapshot(std::shared_ptr<const Contents> contents) {
  Snapshot snapshot;
  snapshot.guid = random_();
  snapshot.ivset = random_();
  snapshot.name = fmt::format("s{:x}", snapshot.guid);
  snapshot.object_set = ++last_;
  snapshot.contents = std::move(contents);
  return snapshot;
}

StreamFacts History::facts(const std::string& name, const Snapshot& snapshot) {
  StreamFacts facts;
  facts.to_name = name + '@' + snapshot.name;
  facts.to_guid = snapshot.guid;
  facts.to_ivset = snapshot.ivset;
  return facts;
}

catalog::Wrapping History::own_wrapping(Place& place, const std::string& name) {
  const catalog::Catalog catalog = place.site.catalog();
  const catalog::DatasetRecord dataset = catalog.get(name);
  return catalog.wrapping(dataset.id, dataset.key->own).value();
}

keys::MasterKey History::open(Place& place, const std::string& name) {
  auto key =
      keys::MasterKey::unwrap(own_wrapping(place, name), wrapping_key(place.model.at(name).key));
  if (!key) fail(name + " does not open");
  return std::move(*key);
}

Brought History::brought_by(const Dataset& from, const Snapshot* base, const Snapshot& to) {
  Brought brought{from.key_guid, from.key, 0, 0, to};
  if (base != nullptr) {
    brought.from_guid = base->guid;
    brought.from_ivset = base->ivset;
  }
  brought.snapshot.object_set = ++last_;
  return brought;
}

// -- What changes a vault ----------------------------------------------------------------------

/// The power may fail in the middle: then either all was done or nothing.
void History::commit(Place& place, Model wanted, const std::function<void(Site&)>& edit) {
  if (one_in(12)) place.site.fail_after(1 + draw(25));
  try {
    edit(place.site);
    place.site.fail_never();
    place.model = std::move(wanted);
    count(true);
  } catch (const PowerFailure&) {
    lose_power(place, wanted);
  }
}

void History::lose_power(Place& place, const Model& wanted) {
  did_ = true;
  ++counts_["power failure"].done;
  place.site.restart(static_cast<std::uint32_t>(random_()));
  place.proven.clear();
  const std::string before = difference(place, place.model);
  if (before.empty()) return;
  const std::string after = difference(place, wanted);
  if (!after.empty())
    fail(fmt::format("a crash left neither what was ({}) nor what was to be ({})", before, after));
  place.model = wanted;
}

bool History::deliver(const Delivery& delivery) {
  ByteView stream = delivery.stream;
  const bool is_cut = delivery.sender != nullptr && one_in(8);
  if (is_cut) stream = stream.first(draw(stream.size()));
  if (one_in(12)) delivery.to.site.fail_after(1 + draw(25));
  try {
    const Reception got = delivery.to.site.receive(stream, delivery.request);
    delivery.to.site.fail_never();
    if (got.end == Reception::End::kInterrupted) {
      if (!is_cut) fail("a whole stream was interrupted: " + got.why);
      resume(delivery, got.token);
      return false;
    }
    const bool is_done = got.end == Reception::End::kDone;
    const bool is_wanted = !is_cut && delivery.verdict != Verdict::kRefuse;
    if (is_done != is_wanted)
      fail(is_done ? "received what was to be refused" : "refused: " + got.why);
    if (is_done) delivery.to.model = delivery.wanted;
    count(is_done);
    return is_done;
  } catch (const PowerFailure&) {
    lose_power(delivery.to,
               delivery.verdict == Verdict::kAccept ? delivery.wanted : delivery.to.model);
    return false;
  }
}

/// The receiver has a part. Meanwhile keys may change; the rest then comes with another wrapping
/// and is refused, and the part given up.
void History::resume(const Delivery& delivery, const std::string& token) {
  const auto give_up = [&] {
    delivery.to.site.edit([&](catalog::Change& change) {
      catalog::discard_partial(change, change.catalog.get(delivery.request.target).id);
    });
  };
  did_ = true;
  if (one_in(4)) return give_up();
  doing_ = "resume";
  Dataset& sender = delivery.sender->model.at(delivery.sent);
  if (sender.is_root() && one_in(3)) rotate({delivery.sender, delivery.sent, &sender});
  const bool is_same = own_wrapping(*delivery.sender, delivery.sent).id() == delivery.with;
  const Bytes rest = delivery.sender->site.send_rest(token);
  const Reception got = delivery.to.site.receive(rest, delivery.request);
  const bool is_done = got.end == Reception::End::kDone;
  if (is_done != is_same) fail(is_done ? "the rest had another wrapping" : got.why);
  count(is_done);
  if (!is_done) return give_up();
  delivery.to.model = delivery.wanted;
}

void History::create() {
  Place& place = any_place();
  const auto name = free_name(place);
  if (!name) return;
  const std::string parent = parent_of(*name);
  const bool has_key = parent != "memory";
  const Dataset* above = has_key ? &place.model.at(parent) : nullptr;
  const std::string* root_name = above ? name_of(place.model, above->root) : nullptr;

  // An heir of what stands here, one that only says so, or a root.
  const bool says_so = root_name != nullptr && is_within(*name, *root_name) && !one_in(3);
  const bool is_heir = says_so && !one_in(3);
  Dataset made;
  made.number = ++last_;
  made.root = made.number;
  made.key = random_();
  keys::Derivation derivation = any_derivation();
  replicate::KeyLineage lineage;
  if (says_so) {
    const catalog::Wrapping roots = own_wrapping(place, *root_name);
    if (is_heir) {
      made.key = place.model.at(*root_name).key;
      made.root = above->root;
      derivation = keys::derivation_of(roots);
    } else if (derivation.format == keys::KeyFormat::kRaw && one_in(2)) {
      derivation = keys::derivation_of(roots);
    }
    lineage = {*root_name, roots.key_guid, is_heir ? roots.id() : catalog::WrappingId{7}, {}};
    // For a passphrase equal parameters are the proof: who lies about them must have another salt.
    if (!is_heir && derivation.format == keys::KeyFormat::kPassphrase) ++derivation.pbkdf2_salt;
  }
  const catalog::Wrapping wrapping = make_key(random_, made.key, derivation);
  lineage.wrapping = wrapping.id();
  // Right in all but one thing.
  if (is_heir && one_in(4)) {
    ++(one_in(2) ? lineage.root_key_guid : lineage.wrapping.value);
    made.root = made.number;
  }
  made.key_guid = wrapping.key_guid;

  const auto key = keys::MasterKey::unwrap(wrapping, wrapping_key(made.key));
  Sealer sealer(*key, random_);
  Snapshot snapshot = new_snapshot(std::make_shared<Contents>(sealer.write({})));
  StreamFacts told = facts(*name, snapshot);
  told.wrapping = wrapping;
  if (says_so) told.lineage = lineage;
  const Bytes stream = sealer.make_stream(told, {}, *snapshot.contents);
  made.head = snapshot.object_set;
  made.snapshots = {snapshot};
  Model wanted = place.model;
  wanted[*name] = made;
  ReceiveRequest request = request_for(*name);
  request.resumable = false;
  deliver({place, stream, request, wanted, Verdict::kAccept, nullptr, {}, {}});
}

History::Next History::write_next(const Chosen& at, Sealer& sealer) {
  const Snapshot& base = at.dataset->snapshots.back();
  const Snapshot fresh = new_snapshot(std::make_shared<Contents>(sealer.write(*base.contents)));
  StreamFacts told = facts(at.name, fresh);
  told.from_guid = base.guid;
  told.from_ivset = base.ivset;
  told.wrapping = own_wrapping(*at.place, at.name);
  return {fresh, told};
}

/// Somebody with the key writes and takes a snapshot.
void History::write() {
  const Chosen at = dataset_with_snapshots();
  if (!at || at.dataset->snapshots.size() >= kMostSnapshots) return;
  const Snapshot& base = at.dataset->snapshots.back();
  const keys::MasterKey key = open(*at.place, at.name);
  Sealer sealer(key, random_);
  const auto [fresh, told] = write_next(at, sealer);
  const Bytes stream = sealer.make_stream(told, *base.contents, *fresh.contents);
  Model wanted = at.place->model;
  const ReceiveRequest request = request_for(at.name);
  Brought brought = brought_by(*at.dataset, &base, fresh);
  const Verdict verdict = model::receive(at.place->model, wanted[at.name], brought, request.force);
  deliver({*at.place, stream, request, wanted, verdict, nullptr, {}, {}});
}

void History::snapshot() {
  const Chosen at = dataset_with_snapshots();
  if (!at || at.dataset->snapshots.size() >= kMostSnapshots) return;
  const Snapshot& base = at.dataset->snapshots.back();
  if (base.object_set != at.dataset->head) return;
  const std::string name = fmt::format("l{:x}", random_());
  at.place->site.edit([&](catalog::Change& change) {
    catalog::take_snapshots(change, {at.name + '@' + name}, {});
  });
  add_snapshot(at, name);
  count(true);
}

/// The snapshot of that name was taken of the head, which nothing had changed.
void History::add_snapshot(const Chosen& at, const std::string& name) {
  const catalog::Catalog catalog = at.place->site.catalog();
  const auto record = catalog.find_snapshot(catalog.get(at.name).id, name).value();
  Snapshot taken = at.dataset->snapshots.back();
  taken.name = name;
  taken.guid = record.guid;
  taken.ivset = record.ivset_guid;
  at.dataset->snapshots.push_back(taken);
}

/// Somebody else takes a snapshot while a stream arrives that builds on the one before.
void History::race() {
  const Chosen at = dataset_with_snapshots();
  if (!at || at.dataset->snapshots.size() >= kMostSnapshots) return;
  const Snapshot& base = at.dataset->snapshots.back();
  if (base.object_set != at.dataset->head) return;
  const keys::MasterKey key = open(*at.place, at.name);
  Sealer sealer(key, random_);
  const auto [fresh, told] = write_next(at, sealer);
  const Bytes stream = sealer.make_stream(told, *base.contents, *fresh.contents);
  ReceiveRequest request = request_for(at.name);
  request.resumable = false;
  const std::string name = fmt::format("l{:x}", random_());
  const Reception got = at.place->site.receive(stream, request, [&] {
    at.place->site.edit_elsewhere([&](catalog::Change& change) {
      catalog::take_snapshots(change, {at.name + '@' + name}, {});
    });
  });
  if (got.end != Reception::End::kRefused) fail("received over a snapshot that came first");
  add_snapshot(at, name);
  count(false);
}

}  // namespace sealift::model
