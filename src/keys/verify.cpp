// SPDX-License-Identifier: Apache-2.0
// The functions of <sealift/keys.h>.
#include <sealift/keys.h>

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/keydata.h"
#include "catalog/operations.h"
#include "keys/key_chain.h"
#include "keys/verifier.h"
#include "stream/reader.h"
#include "stream/record_format.h"

namespace sealift::keys {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::Proof;
using catalog::SnapshotRecord;

/// All that one call of verify() shares.
class Verification {
 public:
  Verification(vault::Vault& vault, const VerifyRequest& request, const VerifyObserver& observer)
      : vault_(vault),
        request_(request),
        observer_(observer),
        catalog_(catalog::open_catalog(vault)),
        chain_(request.key) {}

  std::uint64_t run() {
    const catalog::Name target = catalog::parse_name(request_.target);
    if (target.kind == catalog::NameKind::kBookmark)
      fail(ErrorKind::kUsage, "cannot verify '{}': a bookmark has no contents", request_.target);
    in_context(fmt::format("cannot verify '{}'", request_.target),
               [&] { visit(catalog_.get(target.dataset), target.item); });
    return faults_;
  }

 private:
  /// `item`: the one snapshot, or empty for all.
  void visit(const DatasetRecord& dataset, const std::string& item) {
    const auto key = dataset.key ? chain_.open(catalog_, dataset) : std::nullopt;
    known_.reset();
    bool found = false;
    for (const SnapshotRecord& snapshot : catalog_.snapshots(dataset.id)) {
      if (!item.empty() && snapshot.name != item) continue;
      found = true;
      verify_snapshot(dataset, snapshot, key ? &*key : nullptr);
    }
    if (!item.empty() && !found && request_.recursion == Recursion::kNone)
      fail(ErrorKind::kState, "snapshot does not exist");
    if (request_.recursion == Recursion::kNone) return;
    for (const DatasetRecord& child : catalog_.children(dataset.id)) visit(child, item);
  }

  void verify_snapshot(const DatasetRecord& dataset, const SnapshotRecord& snapshot,
                       const MasterKey* key) {
    VerifiedSnapshot result;
    result.snapshot = catalog_.full_name(snapshot.id);
    const auto on_fault = [&](const Fault& fault) {
      ++result.faults;
      if (observer_.on_fault) observer_.on_fault(result.snapshot + ": " + describe(fault));
    };
    try {
      const Depth depth = request_.depth == VerifyDepth::kRoot ? Depth::kRoot : Depth::kBlocks;
      objset::ObjectSet set = objset::read_object_set(vault_, snapshot.objset);
      if (!(snapshot.flags & catalog::kIsLocal) && set.begin.to_guid != snapshot.guid)
        on_fault({{}, {}, "the contents are those of another snapshot"});
      const VerifyTotals totals =
          Verifier(vault_, key, depth, on_fault).verify(set, known_ ? &*known_ : nullptr);
      result.objects = totals.objects;
      result.blocks = totals.blocks;
      result.bytes = totals.bytes;
      if (result.faults == 0) known_ = std::move(set);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kDamaged) throw;
      on_fault({{}, {}, error.what()});
    }
    result.verdict = result.faults != 0 ? Verdict::kDamaged
                     : key != nullptr   ? Verdict::kProven
                     : dataset.key      ? Verdict::kUnproven
                                        : Verdict::kPlain;
    faults_ += result.faults;
    record(snapshot, result.verdict);
    if (observer_.on_snapshot) observer_.on_snapshot(result);
  }

  /// What was proven by every block, or disproved, is known from now on.
  void record(const SnapshotRecord& snapshot, Verdict verdict) {
    const bool is_proven = verdict == Verdict::kProven && request_.depth == VerifyDepth::kBlocks;
    const Proof proof = is_proven ? Proof::kProven : Proof::kUnproven;
    if (snapshot.proof == proof || (!is_proven && verdict != Verdict::kDamaged)) return;
    if (vault_.access() != vault::Access::kWrite) return;
    catalog::commit(vault_, [&](Catalog& catalog, vault::Transaction&) {
      auto now = catalog.find_snapshot(snapshot.id);
      if (!now || now->guid != snapshot.guid) return;
      now->proof = proof;
      catalog.update(*now);
    });
  }

  vault::Vault& vault_;
  const VerifyRequest& request_;
  const VerifyObserver& observer_;
  Catalog catalog_;
  KeyChain chain_;
  std::optional<objset::ObjectSet> known_;  ///< of this dataset, the last one without a fault
  std::uint64_t faults_ = 0;
};

}  // namespace
}  // namespace sealift::keys

namespace sealift {

std::uint64_t verify(Vault& vault, const VerifyRequest& request, const VerifyObserver& observer) {
  return keys::Verification(vault.inner(), request, observer).run();
}

void test_key(const Vault& vault, const std::string& dataset, const KeyAccess& access) {
  const catalog::Catalog catalog = catalog::open_catalog(vault.inner());
  const catalog::DatasetRecord record = catalog.get(catalog::parse_dataset_name(dataset));
  if (!record.key) fail(ErrorKind::kState, "'{}' is not encrypted", dataset);
  KeyAccess asking = access;
  if (asking.location.empty()) asking.location = "prompt";
  if (!keys::KeyChain(asking).open(catalog, record))
    fail(ErrorKind::kUsage, "no key was given for '{}'", dataset);
}

void test_key(Source& from, const KeyAccess& access) {
  stream::Reader reader(from);
  const stream::Reader::Item* item = reader.next();
  const auto& begin = std::get<stream::Begin>(item->record);
  const stream::Nvlist* keydata =
      reader.begin_payload()
          ? reader.begin_payload()->list.get_nvlist(stream::begin_key::kCryptKeydata)
          : nullptr;
  if (keydata == nullptr) fail(ErrorKind::kState, "the stream of {} is not raw", begin.to_name);
  keys::KeyChain(access).open(catalog::read_wrapping(*keydata), begin.to_name);
}

}  // namespace sealift
