// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "base/error.h"
#include "os/keyring.h"

namespace sealift::test {

/// A keyring of this process alone.
class MemoryKeyring final : public os::Keyring {
 public:
  std::optional<std::size_t> read(const std::string& name, ByteSpan into) const override {
    const auto found = secrets_.find(name);
    if (found == secrets_.end() || found->second.bytes.size() > into.size()) return std::nullopt;
    std::copy(found->second.bytes.begin(), found->second.bytes.end(), into.begin());
    return found->second.bytes.size();
  }
  void keep(const std::string& name, ByteView secret,
            std::optional<std::chrono::seconds> life) const override {
    if (is_forbidden) fail(ErrorKind::kState, "no key can be kept here");
    secrets_[name] = {Bytes(secret.begin(), secret.end()), life};
  }
  bool forget(const std::string& name) const override { return secrets_.erase(name) != 0; }

  std::size_t size() const { return secrets_.size(); }
  /// How long the only secret there is stays.
  std::optional<std::chrono::seconds> only_life() const { return secrets_.begin()->second.life; }

  bool is_forbidden = false;  ///< as in a container

 private:
  struct Kept {
    Bytes bytes;
    std::optional<std::chrono::seconds> life;
  };
  mutable std::map<std::string, Kept> secrets_;
};

}  // namespace sealift::test
