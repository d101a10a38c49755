// SPDX-License-Identifier: Apache-2.0
#include "keys/loaded_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/endian.h"
#include "keys/key_records.h"
#include "keys/master_key.h"

namespace sealift::keys {
namespace {

constexpr std::size_t kPayloadBytes = WrappingKey::kBytes + sizeof(std::uint64_t);

std::string name_of(const catalog::Catalog& catalog, const catalog::DatasetRecord& root) {
  return fmt::format("sealift:{:016x}:{:016x}", catalog.root().guid, root.guid);
}

}  // namespace

std::optional<LoadedKey> LoadedKeys::find(const catalog::Catalog& catalog,
                                          const catalog::DatasetRecord& root) const {
  crypto::Secret payload(kPayloadBytes);
  if (keyring_.read(name_of(catalog, root), payload.span()) != kPayloadBytes) return std::nullopt;
  const auto ends = load<std::uint64_t>(payload.view().data() + WrappingKey::kBytes);
  payload.shrink(WrappingKey::kBytes);
  return LoadedKey{WrappingKey::from_bytes(std::move(payload)), ends};
}

std::optional<LoadedKey> LoadedKeys::find_opening(const catalog::Catalog& catalog,
                                                  const catalog::DatasetRecord& root) const {
  auto found = find(catalog, root);
  if (found && !MasterKey::unwrap(own_wrapping(catalog, root), found->key)) found.reset();
  return found;
}

void LoadedKeys::keep(const catalog::Catalog& catalog, const catalog::DatasetRecord& root,
                      const LoadedKey& key) const {
  std::optional<std::chrono::seconds> life;
  const auto now = static_cast<std::uint64_t>(clock_.now_seconds());
  if (key.ends_seconds != 0 && key.ends_seconds <= now) {
    forget(catalog, root);
    return;
  }
  if (key.ends_seconds != 0) life = std::chrono::seconds(key.ends_seconds - now);
  crypto::Secret payload(kPayloadBytes);
  std::copy_n(key.key.bytes().view().begin(), WrappingKey::kBytes, payload.span().begin());
  store(payload.span().data() + WrappingKey::kBytes, key.ends_seconds);
  keyring_.keep(name_of(catalog, root), payload.view(), life);
}

bool LoadedKeys::forget(const catalog::Catalog& catalog, const catalog::DatasetRecord& root) const {
  return keyring_.forget(name_of(catalog, root));
}

std::uint64_t LoadedKeys::end_of(std::optional<std::chrono::seconds> life) const {
  return life ? static_cast<std::uint64_t>(clock_.now_seconds() + life->count()) : 0;
}

}  // namespace sealift::keys
