// SPDX-License-Identifier: Apache-2.0
#include "replicate/lineage_rules.h"

#include "base/error.h"

namespace sealift::replicate {

using catalog::DatasetRecord;
using catalog::SnapshotRecord;

void refuse(ErrorKind kind, std::string message, std::string hint) {
  Error error(kind, std::move(message));
  error.set_hint(std::move(hint));
  throw error;
}

namespace {

std::string elsewhere(const std::string& name) {
  return fmt::format("receive a full stream into a new dataset, beside {}", name);
}

void check_sealed_alike(const DatasetRecord& dataset, const Arrival& arrival,
                        const std::string& name) {
  if (arrival.is_raw() && !dataset.key)
    refuse(
        ErrorKind::kRefused,
        fmt::format("cannot perform raw receive on top of existing unencrypted dataset {}", name),
        elsewhere(name));
  if (!arrival.is_raw() && dataset.key)
    refuse(ErrorKind::kRefused,
           fmt::format("{} is encrypted and the stream is plain: inherited key must be loaded, and "
                       "then the snapshot would have other IVs than at its source",
                       name),
           "send it raw: zfs send -w");
}

}  // namespace

void check_key(const DatasetRecord& dataset, const Arrival& arrival, const std::string& name) {
  check_sealed_alike(dataset, arrival, name);
  if (!dataset.key) return;
  if (dataset.key->key_guid != arrival.wrapping->key_guid)
    refuse(ErrorKind::kRefused,
           fmt::format("encryption key does not match existing key: the master key of {} is {:#x}, "
                       "the stream's {:#x}",
                       name, dataset.key->key_guid, arrival.wrapping->key_guid),
           elsewhere(name));
  if (dataset.key->suite != arrival.wrapping->suite)
    refuse(
        ErrorKind::kRefused,
        fmt::format("encryption key does not match existing key: encryption suite {} here, {} in "
                    "the stream, for one master key",
                    dataset.key->suite, arrival.wrapping->suite),
        elsewhere(name));
}

void check_iv_set(const SnapshotRecord& base, const Arrival& arrival) {
  if (!arrival.is_raw()) return;
  if (base.ivset_guid == arrival.from_ivset_guid && base.ivset_guid != 0) return;
  const bool missing = base.ivset_guid == 0 || arrival.from_ivset_guid == 0;
  refuse(ErrorKind::kRefused,
         fmt::format("IV set guid {}: that of @{} is {:#x} here, and {:#x} in the stream",
                     missing ? "missing" : "mismatch", base.name, base.ivset_guid,
                     arrival.from_ivset_guid),
         "send from a snapshot whose guid and ivsetguid are equal on both sides, or receive a full "
         "raw stream into a new dataset");
}

void check_features(const SnapshotRecord& base, const Arrival& arrival) {
  // Sealed blocks come in the sizes they have; only a plain sender may split large ones.
  if ((base.flags & catalog::kHasLargeBlocks) != 0 && !arrival.is_raw() &&
      !arrival.begin.has(stream::feature::kLargeBlocks))
    refuse(ErrorKind::kRefused,
           fmt::format("incremental send stream requires -L (--large-block), to match previous "
                       "receive: @{} has the feature LARGE_BLOCKS, the stream has not",
                       base.name),
           "send it with -L");
  if (base.redaction && !arrival.redact_from_snaps && arrival.redact_snaps != base.redaction)
    refuse(ErrorKind::kRefused,
           fmt::format("@{} is redacted, and the stream does not build on a redacted snapshot",
                       base.name),
           "send from the redaction bookmark of that snapshot: zfs send -i '#BOOKMARK'");
}

void check_type(const DatasetRecord& dataset, const Arrival& arrival, const std::string& name) {
  const bool is_volume = arrival.begin.type == stream::objset_type::kVolume;
  if ((dataset.type == catalog::DatasetType::kVolume) == is_volume) return;
  refuse(ErrorKind::kRefused,
         fmt::format("{} is a {}, and the stream is of a {}", name,
                     is_volume ? "filesystem" : "volume", is_volume ? "volume" : "filesystem"),
         elsewhere(name));
}

namespace {

struct Difference {
  const char* what;
  std::uint64_t here;
  std::uint64_t stream;
};

std::optional<Difference> find_difference(const catalog::PartialReceive& partial,
                                          const PartialState& begun, const Arrival& arrival) {
  const PartialState now = partial_state_of(arrival);
  const Difference all[] = {
      {"guid of the snapshot", partial.to_guid, arrival.begin.to_guid},
      {"guid of the base", partial.from_guid, arrival.begin.from_guid},
      {"features", begun.features, now.features},
      {"IV set guid", begun.to_ivset_guid, now.to_ivset_guid},
      {"IV set guid of the base", begun.from_ivset_guid, now.from_ivset_guid},
      {"master key", begun.key_guid, now.key_guid},
      {"wrapping", begun.wrapping.value, now.wrapping.value},
      {"object to resume at", begun.at.object, arrival.resume->object},
      {"offset to resume at", begun.at.offset, arrival.resume->offset},
  };
  for (const Difference& each : all)
    if (each.here != each.stream) return each;
  if (begun.redact_snaps != now.redact_snaps || begun.redact_from_snaps != now.redact_from_snaps)
    return Difference{"redaction", 0, 0};
  return std::nullopt;
}

}  // namespace

void check_resumed(const catalog::PartialReceive& partial, const Arrival& arrival,
                   const Destination& destination) {
  const PartialState begun = decode_partial_state(partial.state);
  const std::string& name = destination.dataset;
  if (const auto difference = find_difference(partial, begun, arrival))
    refuse(
        ErrorKind::kState,
        fmt::format("the stream does not go on with what {} has of {}: {} {:#x} here, {:#x} in "
                    "the stream",
                    name, partial.to_name, difference->what, difference->here, difference->stream),
        fmt::format("resume with 'zfs send -t' and the receive_resume_token of {}, or give up "
                    "what arrived: sealift receive -A {}",
                    name, name));
  const bool forced = destination.rollback == Rollback::kAllowed;
  if (begun.forced != forced)
    refuse(ErrorKind::kState,
           fmt::format("the receive was begun {} -F and is resumed {} it",
                       begun.forced ? "with" : "without", forced ? "with" : "without"),
           fmt::format("sealift receive {}-s {}", begun.forced ? "-F " : "", name));
}

}  // namespace sealift::replicate
