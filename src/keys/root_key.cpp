// SPDX-License-Identifier: Apache-2.0
#include "keys/root_key.h"

#include "base/error.h"
#include "keys/key_records.h"
#include "keys/master_key.h"

namespace sealift::keys {
namespace {

constexpr unsigned kAttempts = 3;  // as zfs load-key

std::string location_of(const catalog::Catalog& catalog, const catalog::DatasetRecord& root,
                        const KeyAccess& access) {
  if (!access.location.empty()) return access.location;
  const std::string stored = stored_location(catalog, root);
  return stored.empty() ? kPrompt : stored;
}

}  // namespace

WrappingKey read_root_key(const catalog::Catalog& catalog, const catalog::DatasetRecord& root,
                          const KeyAccess& access) {
  const std::string location = location_of(catalog, root, access);
  const catalog::Wrapping wrapping = own_wrapping(catalog, root);
  const Derivation derivation = derivation_of(wrapping);
  KeyQuestion question{catalog.full_name(root.id), name_of(derivation.format), {}, {}};
  const unsigned attempts = location == kPrompt && access.is_person ? kAttempts : 1;
  for (unsigned attempt = 1;; ++attempt) {
    try {
      const crypto::Secret material = read_key_material(location, access, question);
      WrappingKey key = WrappingKey::derive(material, derivation);
      if (MasterKey::unwrap(wrapping, key)) return key;
      fail(ErrorKind::kWrongKey, "Incorrect key provided for '{}'", question.dataset);
    } catch (const Error& error) {
      const bool can_retry =
          error.kind() == ErrorKind::kWrongKey || error.kind() == ErrorKind::kUsage;
      if (!can_retry || attempt == attempts) throw;
      question.trouble = error.what();
    }
  }
}

}  // namespace sealift::keys
