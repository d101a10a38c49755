// SPDX-License-Identifier: Apache-2.0
#include <sealift/vault.h>

#include "base/error.h"
#include "catalog/initialize.h"
#include "catalog/name.h"
#include "vault/vault.h"

namespace sealift {
namespace {

vault::ChecksumKind checksum_kind(std::string_view name) {
  if (name == "sha256") return vault::ChecksumKind::kSha256;
  if (name == "fletcher4") return vault::ChecksumKind::kFletcher4;
  fail(ErrorKind::kUsage, "unknown checksum '{}': it is sha256 or fletcher4", name);
}

}  // namespace

void Vault::init(const std::filesystem::path& directory, const InitOptions& options,
                 const Moment& moment) {
  catalog::check_vault_name(options.name);
  vault::Vault::init(directory, {options.name, checksum_kind(options.checksum)},
                     [&](vault::Vault& fresh) { catalog::initialize(fresh, moment); });
}

Vault Vault::open(const std::filesystem::path& directory, Access access) {
  return Vault(vault::Vault::open(directory, access == Access::kWrite ? vault::Access::kWrite
                                                                      : vault::Access::kRead),
               directory);
}

Vault::Vault(std::unique_ptr<vault::Vault> inner, std::filesystem::path directory)
    : inner_(std::move(inner)), directory_(std::move(directory)) {}

std::uint64_t Vault::available_bytes() const {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(directory_, error);
  return error ? 0 : space.available;
}

Vault::~Vault() = default;
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;

const std::string& Vault::name() const {
  return inner_->identity().name;
}

std::uint64_t Vault::guid() const {
  return inner_->identity().guid;
}

std::string Vault::checksum() const {
  return inner_->identity().checksum == vault::ChecksumKind::kSha256 ? "sha256" : "fletcher4";
}

std::uint64_t Vault::txg() const {
  return inner_->root().txg.value;
}

VaultStatus Vault::status() const {
  const vault::SpaceUsage space = inner_->space();
  VaultStatus status;
  status.version = inner_->identity().version;
  status.txg = inner_->root().txg.value;
  status.time_seconds = inner_->root().time_seconds;
  status.allocated_bytes = space.allocated_bytes;
  status.pending_bytes = space.pending_bytes;
  status.segments = space.segments;
  status.uberblocks = inner_->intact_uberblocks();
  return status;
}

void Vault::refresh() {
  inner_->refresh();
}

}  // namespace sealift
