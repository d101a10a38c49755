// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/sealer.h"

namespace sealift::model {

/// What ought to be in a vault. Streams tell who has which master key, guids and IV sets; what the
/// model alone knows is which wrapping key opens a dataset, and what the plaintext was.
struct Snapshot {
  std::string name;
  std::uint64_t guid = 0;
  std::uint64_t ivset = 0;
  /// Differs where the object set does: what the head is compared with.
  std::uint64_t object_set = 0;
  std::shared_ptr<const Contents> contents;

  bool operator==(const Snapshot&) const = default;
};

using DatasetNumber = std::uint64_t;

struct Dataset {
  DatasetNumber number = 0;  ///< what it is called never matters
  std::uint64_t key_guid = 0;
  WrappingKeyId key = 0;   ///< that opens it
  DatasetNumber root = 0;  ///< its encryption root
  std::vector<Snapshot> snapshots;
  std::uint64_t head = 0;         ///< object set
  DatasetNumber origin = 0;       ///< of a clone
  std::uint64_t origin_guid = 0;  ///< of a clone

  bool is_root() const { return root == number; }
  const Snapshot* find(std::uint64_t guid) const {
    for (const Snapshot& each : snapshots)
      if (each.guid == guid) return &each;
    return nullptr;
  }
};

/// By name.
using Model = std::map<std::string, Dataset>;

inline std::string parent_of(const std::string& name) {
  return name.substr(0, name.rfind('/'));
}

inline bool is_within(const std::string& name, const std::string& top) {
  return name == top || name.rfind(top + '/', 0) == 0;
}

inline const std::string* name_of(const Model& model, DatasetNumber number) {
  for (const auto& [name, dataset] : model)
    if (dataset.number == number) return &name;
  return nullptr;
}

inline bool has_clones(const Model& model, const Dataset& dataset, std::uint64_t guid) {
  for (const auto& [name, each] : model)
    if (each.origin == dataset.number && each.origin_guid == guid) return true;
  return false;
}

/// What a stream brings.
struct Brought {
  std::uint64_t key_guid = 0;
  WrappingKeyId key = 0;  ///< that opens its wrapping
  std::uint64_t from_guid = 0;
  std::uint64_t from_ivset = 0;
  Snapshot snapshot;
};

enum class Verdict { kAccept, kIgnore, kRefuse };

/// The rules of a receive into a dataset that is there (proto/lineage.md), and their effect.
inline Verdict receive(const Model& model, Dataset& into, const Brought& brought, bool force) {
  if (brought.from_guid == 0) return Verdict::kRefuse;
  if (const Snapshot* there = into.find(brought.snapshot.guid))
    return there->ivset == brought.snapshot.ivset ? Verdict::kIgnore : Verdict::kRefuse;
  const Snapshot* base = into.find(brought.from_guid);
  if (base == nullptr || base->ivset != brought.from_ivset) return Verdict::kRefuse;
  if (into.key_guid != brought.key_guid) return Verdict::kRefuse;
  const auto kept = static_cast<std::size_t>(base - into.snapshots.data()) + 1;
  if (!force && (kept != into.snapshots.size() || into.head != base->object_set))
    return Verdict::kRefuse;
  for (std::size_t i = kept; i < into.snapshots.size(); ++i)
    if (has_clones(model, into, into.snapshots[i].guid)) return Verdict::kRefuse;
  into.snapshots.resize(kept);
  into.snapshots.push_back(brought.snapshot);
  into.head = brought.snapshot.object_set;
  return Verdict::kAccept;
}

}  // namespace sealift::model
