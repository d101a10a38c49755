// SPDX-License-Identifier: Apache-2.0
// hold_keys() of <sealift/keys.h>.
#include <sealift/keys.h>

#include "base/error.h"
#include "keys/key_chain.h"
#include "keys/snapshot_prover.h"

namespace sealift::keys {
namespace {

using catalog::Prover;

class ChainHolder final : public catalog::KeyHolder {
 public:
  explicit ChainHolder(KeyAccess access) : access_(std::move(access)), chain_(access_) {}

  std::unique_ptr<Prover> find(const catalog::Catalog& catalog,
                               const catalog::DatasetRecord& dataset) override {
    try {
      if (auto key = chain_.open(catalog, dataset))
        return std::make_unique<SnapshotProver>(std::move(*key));
    } catch (const Error& error) {
      // A key file that is not there, on a medium that is not in, is a key that is not at hand.
      if (!access_.location.empty() || error.kind() != ErrorKind::kState) throw;
    }
    return nullptr;
  }

  std::unique_ptr<Prover> find(const catalog::Wrapping& wrapping,
                               const std::string& name) override {
    if (access_.location.empty()) return nullptr;
    return std::make_unique<SnapshotProver>(chain_.open(wrapping, name));
  }

 private:
  KeyAccess access_;
  KeyChain chain_;
};

}  // namespace
}  // namespace sealift::keys

namespace sealift {

std::shared_ptr<catalog::KeyHolder> hold_keys(const KeyAccess& access) {
  return std::make_shared<keys::ChainHolder>(access);
}

}  // namespace sealift
