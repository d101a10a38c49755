// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "base/error.h"
#include "stream/rules.h"

namespace sealift::stream {
namespace {

struct FeatureName {
  std::uint64_t bit;
  const char* name;
};

constexpr FeatureName kFeatureNames[] = {
    {feature::kDedup, "DEDUP"},
    {feature::kDedupProps, "DEDUPPROPS"},
    {feature::kSaSpill, "SA_SPILL"},
    {feature::kEmbedData, "EMBED_DATA"},
    {feature::kLz4, "LZ4"},
    {feature::kLargeBlocks, "LARGE_BLOCKS"},
    {feature::kResuming, "RESUMING"},
    {feature::kRedacted, "REDACTED"},
    {feature::kCompressed, "COMPRESSED"},
    {feature::kLargeDnode, "LARGE_DNODE"},
    {feature::kRaw, "RAW"},
    {feature::kZstd, "ZSTD"},
    {feature::kHolds, "HOLDS"},
    {feature::kSwitchToLargeBlocks, "SWITCH_TO_LARGE_BLOCKS"},
    {feature::kLongName, "LONGNAME"},
    {feature::kLargeMicrozap, "LARGE_MICROZAP"},
};

std::string name_feature(std::uint64_t bit, int number) {
  const auto* found = std::find_if(std::begin(kFeatureNames), std::end(kFeatureNames),
                                   [&](const FeatureName& each) { return each.bit == bit; });
  return found != std::end(kFeatureNames) ? found->name : fmt::format("bit {}", number);
}

void check_features(const Begin& begin) {
  const std::uint64_t features = begin.features();
  if ((features & ~feature::kKnown) != 0) {
    // In zfs receive's words, which tools look for.
    fail(ErrorKind::kRefused, "stream has unsupported feature, feature flags = {:x} (unknown: {})",
         features, name_features(features & ~feature::kKnown));
  }
  if ((begin.version_info >> 58) != 0) {
    fail(ErrorKind::kRefused, "the stream uses reserved bits of its version");
  }
  if ((begin.flags & ~begin_flag::kKnown) != 0) {
    fail(ErrorKind::kRefused, "the stream has unknown flags {:#x}",
         begin.flags & ~begin_flag::kKnown);
  }
  const std::uint64_t not_raw = features & (feature::kDedup | feature::kDedupProps |
                                            feature::kEmbedData | feature::kRedacted);
  if (begin.has(feature::kRaw) && not_raw != 0) {
    fail(ErrorKind::kRefused, "a raw stream cannot be {}", name_features(not_raw));
  }
  if (begin.has(feature::kRaw) && (begin.flags & begin_flag::kSpillBlock) == 0) {
    fail(ErrorKind::kRefused, "a raw stream without the SPILL_BLOCK flag: its sender is too old");
  }
  if (begin.has(feature::kLargeMicrozap) && !begin.has(feature::kLargeBlocks)) {
    fail(ErrorKind::kDamaged, "feature LARGE_MICROZAP needs LARGE_BLOCKS");
  }
}

void check_name(const std::string& name) {
  const std::size_t at = name.find('@');
  const bool plausible = at != std::string::npos && at > 0 && at + 1 < name.size() &&
                         name.find('@', at + 1) == std::string::npos &&
                         name.find('/', at + 1) == std::string::npos;
  if (!plausible) fail(ErrorKind::kDamaged, "'{}' is no snapshot's name", name);
}

/// A pair of `keydata`, by its type and size.
struct KeyField {
  const char* name;
  std::size_t bytes;  ///< of a byte array; 0: a number
};

constexpr KeyField kKeyFields[] = {
    {"DSL_CRYPTO_SUITE", 0},
    {"DSL_CRYPTO_GUID", 0},
    {"DSL_CRYPTO_VERSION", 0},
    {"DSL_CRYPTO_MASTER_KEY_1", 32},
    {"DSL_CRYPTO_HMAC_KEY_1", 64},
    {"DSL_CRYPTO_IV", 12},
    {"DSL_CRYPTO_MAC", 16},
    {"portable_mac", 32},
    {"keyformat", 0},
    {"pbkdf2iters", 0},
    {"pbkdf2salt", 0},
    {"mdn_checksum", 0},
    {"mdn_compress", 0},
    {"mdn_nlevels", 0},
    {"mdn_blksz", 0},
    {"mdn_indblkshift", 0},
    {"mdn_nblkptr", 0},
    {"mdn_maxblkid", 0},
    {"to_ivset_guid", 0},
    {"from_ivset_guid", 0},
};

void check_key_field(const Nvlist& keydata, const KeyField& field) {
  if (field.bytes == 0) {
    if (!keydata.get_u64(field.name)) {
      fail(ErrorKind::kDamaged, "crypt_keydata has no number {}", field.name);
    }
    return;
  }
  const Bytes* bytes = keydata.get_u8_array(field.name);
  if (bytes == nullptr || bytes->size() != field.bytes) {
    fail(ErrorKind::kDamaged, "crypt_keydata has no {} of {} bytes", field.name, field.bytes);
  }
}

/// Numbers that OpenZFS's receive bounds (dsl_crypto_recv_raw_*_check in
/// module/zfs/dsl_crypt.c).
void check_key_numbers(const Nvlist& keydata) {
  const auto between = [&](const char* name, std::uint64_t low, std::uint64_t high) {
    const std::uint64_t value = *keydata.get_u64(name);
    if (value < low || value > high) {
      fail(ErrorKind::kDamaged, "crypt_keydata: {} is {}, not in {} to {}", name, value, low, high);
    }
  };
  constexpr std::uint64_t first_suite = 3, last_suite = 8;  // aes-128-ccm to aes-256-gcm
  between("DSL_CRYPTO_SUITE", first_suite, last_suite);
  between("DSL_CRYPTO_GUID", 1, ~0ULL);
  between("DSL_CRYPTO_VERSION", 0, 1);
  between("keyformat", 1, 3);  // raw, hex, passphrase
  between("mdn_nlevels", 1, kMaxLevels);
  between("mdn_blksz", kMinBlockSize, kMaxBlockSize);
  between("mdn_indblkshift", kMinIndirectShift, kMaxIndirectShift);
  between("mdn_nblkptr", 1, kMaxBlockPointers);
  between("to_ivset_guid", 0, ~0ULL);
}

}  // namespace

std::string name_features(std::uint64_t bits) {
  std::string names;
  for (int i = 0; i < 64; ++i) {
    const std::uint64_t bit = 1ULL << i;
    if ((bits & bit) == 0) continue;
    if (!names.empty()) names += ", ";
    names += name_feature(bit, i);
  }
  return names;
}

Rules::Rules(const Begin& begin, const Nvlist* payload)
    : features_(begin.features()),
      flags_(begin.flags),
      to_guid_(begin.to_guid),
      raw_(begin.has(feature::kRaw)) {
  check_features(begin);
  check_begin(begin);
  check_payload(begin, payload);
}

void Rules::check_begin(const Begin& begin) const {
  if (begin.type != objset_type::kFilesystem && begin.type != objset_type::kVolume) {
    fail(ErrorKind::kDamaged, "a stream of object set type {}", begin.type);
  }
  check_name(begin.to_name);
  if (begin.to_guid == 0) fail(ErrorKind::kDamaged, "the snapshot has no guid");
  if (begin.to_guid == begin.from_guid) {
    fail(ErrorKind::kDamaged, "an increment from a snapshot to itself");
  }
  if ((begin.flags & begin_flag::kClone) != 0 && begin.from_guid == 0) {
    fail(ErrorKind::kDamaged, "a clone's stream without an origin");
  }
}

void Rules::check_payload(const Begin& begin, const Nvlist* payload) const {
  static const Nvlist nothing;
  const Nvlist& list = payload != nullptr ? *payload : nothing;
  const bool resumes = list.get_u64(begin_key::kResumeObject).has_value() &&
                       list.get_u64(begin_key::kResumeOffset).has_value();
  if (resumes != begin.has(feature::kResuming)) {
    fail(ErrorKind::kDamaged, "feature RESUMING and the place to resume at go together");
  }
  // Without the feature the list is what OpenZFS sends of a snapshot that it received redacted.
  const bool redacts = list.get_u64_array(begin_key::kRedactSnaps) != nullptr;
  if (begin.has(feature::kRedacted) && !redacts) {
    fail(ErrorKind::kDamaged, "feature REDACTED without its list of snapshots");
  }
  const Nvlist* keydata = list.get_nvlist(begin_key::kCryptKeydata);
  if ((keydata != nullptr) != raw_) {
    fail(ErrorKind::kDamaged, "feature RAW and crypt_keydata go together");
  }
  if (keydata == nullptr) return;
  for (const KeyField& field : kKeyFields) check_key_field(*keydata, field);
  check_key_numbers(*keydata);
}

}  // namespace sealift::stream
