// SPDX-License-Identifier: Apache-2.0
#include "replicate/arrival.h"

#include "base/error.h"
#include "catalog/keydata.h"

namespace sealift::replicate {
namespace {

namespace key = stream::begin_key;

std::optional<std::vector<std::uint64_t>> guids(const stream::Nvlist& list, const char* name) {
  const auto* found = list.get_u64_array(name);
  if (found == nullptr) return std::nullopt;
  return *found;
}

void read_keydata(const stream::Nvlist& keydata, Arrival& arrival) {
  arrival.wrapping = catalog::read_wrapping(keydata);
  arrival.wrapping->from = arrival.begin.to_name;
  arrival.to_ivset_guid = keydata.get_u64("to_ivset_guid").value_or(0);
  arrival.from_ivset_guid = keydata.get_u64("from_ivset_guid").value_or(0);
}

}  // namespace

std::string Arrival::snapshot_name() const {
  const std::size_t at = begin.to_name.find('@');
  return at == std::string::npos ? std::string() : begin.to_name.substr(at + 1);
}

std::string Arrival::dataset_name() const {
  return begin.to_name.substr(0, begin.to_name.find('@'));
}

Arrival read_arrival(const stream::Begin& begin,
                     const std::optional<stream::UnpackedNvlist>& payload) {
  Arrival arrival;
  arrival.begin = begin;
  const stream::Nvlist empty;
  const stream::Nvlist& list = payload ? payload->list : empty;
  arrival.redact_snaps = guids(list, key::kRedactSnaps);
  arrival.redact_from_snaps = guids(list, key::kRedactFromSnaps);
  if (begin.has(stream::feature::kResuming))
    arrival.resume = Arrival::ResumePoint{list.get_u64(key::kResumeObject).value_or(0),
                                          list.get_u64(key::kResumeOffset).value_or(0)};
  const stream::Nvlist* keydata = list.get_nvlist(key::kCryptKeydata);
  if (arrival.is_raw() != (keydata != nullptr))
    fail(ErrorKind::kDamaged, "crypt_keydata belongs to raw streams, and to them only");
  if (keydata != nullptr) read_keydata(*keydata, arrival);
  const stream::Nvlist* lineage = list.get_nvlist(KeyLineage::kPair);
  if (keydata != nullptr && lineage != nullptr) arrival.lineage = decode_lineage(*lineage);
  return arrival;
}

}  // namespace sealift::replicate
