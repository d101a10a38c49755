// SPDX-License-Identifier: Apache-2.0
// What the wrappings are and which key opens them, of <sealift/keyring.h>.
#include <sealift/keyring.h>

#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "catalog/name.h"
#include "catalog/operations.h"
#include "keys/key_chain.h"
#include "keys/key_records.h"

namespace sealift::keys {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::Wrapping;

/// Some seconds. A wrapping that a stream brought may ask for more, to make others wait.
constexpr std::uint64_t kMaxJournalledIterations = 10'000'000;

/// Tells of datasets with one key at hand, or none.
class Examiner {
 public:
  Examiner(const Catalog& catalog, const KeyAccess& access)
      : catalog_(catalog), access_(access), chain_(access) {}

  KeyStatus examine(const DatasetRecord& dataset) {
    const DatasetRecord root = encryption_root(catalog_, dataset);
    KeyStatus status;
    status.dataset = catalog_.full_name(dataset.id);
    status.encryption_root = catalog_.full_name(root.id);
    status.key_guid = dataset.key->key_guid;
    for (const Wrapping& wrapping : in_order(dataset)) {
      WrappingStatus& each = status.wrappings.emplace_back(describe(wrapping));
      each.is_in_force = wrapping.id() == dataset.key->own;
      if (each.is_in_force || wrapping.pbkdf2_iters <= kMaxJournalledIterations)
        each.opens = try_to_open(wrapping, root);
    }
    return status;
  }

 private:
  std::vector<Wrapping> in_order(const DatasetRecord& dataset) const {
    std::vector<Wrapping> all = catalog_.wrappings(dataset.id);
    const auto rank = [&](const Wrapping& each) {
      return std::tuple(each.id() != dataset.key->own, each.arrived_seconds, each.id());
    };
    std::sort(all.begin(), all.end(),
              [&](const Wrapping& a, const Wrapping& b) { return rank(a) < rank(b); });
    return all;
  }

  static WrappingStatus describe(const Wrapping& wrapping) {
    WrappingStatus status;
    status.id = catalog::to_text(wrapping.id());
    status.format = name_of(key_format_of(wrapping.key_format));
    status.pbkdf2_iterations = wrapping.pbkdf2_iters;
    status.pbkdf2_salt = wrapping.pbkdf2_salt;
    status.from = wrapping.from;
    status.arrived_seconds = wrapping.arrived_seconds;
    return status;
  }

  Opens try_to_open(const Wrapping& wrapping, const DatasetRecord& root) {
    return access_.location.empty() ? with_loaded(wrapping, root) : with_given(wrapping, root);
  }

  /// A loaded key was made with the parameters of the root's own wrapping.
  Opens with_loaded(const Wrapping& wrapping, const DatasetRecord& root) {
    const WrappingKey* key = chain_.loaded(catalog_, root);
    if (key == nullptr || derivation_of(wrapping) != derivation_of(own_wrapping(catalog_, root)))
      return Opens::kUnknown;
    return MasterKey::unwrap(wrapping, *key) ? Opens::kYes : Opens::kNo;
  }

  /// What cannot be such a key at all does not open the wrapping either.
  Opens with_given(const Wrapping& wrapping, const DatasetRecord& root) {
    try {
      return chain_.try_open(wrapping, catalog_.full_name(root.id)) ? Opens::kYes : Opens::kNo;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kRefused) return Opens::kUnknown;
      if (error.kind() != ErrorKind::kUsage || !chain_.has_material()) throw;
      return Opens::kNo;
    }
  }

  const Catalog& catalog_;
  const KeyAccess& access_;
  KeyChain chain_;
};

}  // namespace
}  // namespace sealift::keys

namespace sealift {

std::vector<KeyStatus> key_status(const Vault& vault, const std::string& dataset,
                                  Recursion recursion, const KeyAccess& key) {
  const catalog::Catalog catalog = catalog::open_catalog(vault.inner());
  const catalog::DatasetRecord top = catalog.get(catalog::parse_dataset_name(dataset));
  if (recursion == Recursion::kNone && !top.key)
    fail(ErrorKind::kState, "'{}' is not encrypted", dataset);
  keys::Examiner examiner(catalog, key);
  std::vector<KeyStatus> found;
  const auto all =
      recursion == Recursion::kNone ? std::vector{top} : catalog::with_descendants(catalog, top);
  for (const catalog::DatasetRecord& each : all)
    if (each.key) found.push_back(examiner.examine(each));
  return found;
}

}  // namespace sealift
