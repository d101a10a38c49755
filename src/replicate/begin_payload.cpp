// SPDX-License-Identifier: Apache-2.0
#include "replicate/begin_payload.h"

#include "base/checked.h"
#include "catalog/keydata.h"

namespace sealift::replicate {
namespace {

namespace key = stream::begin_key;

/// OpenZFS packs XDR since 2026, and pads that to a multiple of 8 bytes; native lists it never
/// padded (module/zfs/dmu_send.c).
Bytes pack(const stream::Nvlist& list, stream::Packing packing) {
  Bytes packed = stream::encode_nvlist(list, packing);
  if (packing.format == stream::Packing::Format::kXdr) packed.resize(round_up(packed.size(), 8));
  return packed;
}

}  // namespace

Bytes make_begin_payload(const objset::ObjectSet& set, const BeginFacts& facts) {
  stream::Nvlist list;
  stream::Packing packing{stream::Packing::Format::kNative, set.byte_order};
  std::optional<stream::UnpackedNvlist> received;
  if (!set.begin_payload.empty()) {
    received = stream::decode_nvlist(set.begin_payload);
    packing = received->packing;
    list = stream::Nvlist(received->list.flags());
  }
  if (facts.redact_snaps) list.add_u64_array(key::kRedactSnaps, *facts.redact_snaps);
  if (facts.redact_from_snaps) list.add_u64_array(key::kRedactFromSnaps, *facts.redact_from_snaps);
  if (facts.resume) {
    list.add_u64(key::kResumeObject, facts.resume->object);
    list.add_u64(key::kResumeOffset, facts.resume->offset);
  }
  const stream::Nvlist* keydata =
      received ? received->list.get_nvlist(key::kCryptKeydata) : nullptr;
  if (keydata != nullptr) {
    stream::Nvlist sent = *keydata;
    if (facts.wrapping) catalog::put_wrapping(sent, *facts.wrapping);
    if (facts.to_ivset_guid != 0) sent.add_u64("to_ivset_guid", facts.to_ivset_guid);
    sent.add_u64("from_ivset_guid", facts.from_ivset_guid);
    list.add_nvlist(key::kCryptKeydata, std::move(sent));
    if (facts.lineage) list.add_nvlist(KeyLineage::kPair, encode(*facts.lineage));
  }
  if (list.empty()) return {};
  return pack(list, packing);
}

}  // namespace sealift::replicate
