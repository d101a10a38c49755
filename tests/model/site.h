// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/receive.h>
#include <sealift/send.h>

#include <memory>
#include <string>
#include <utility>

#include "catalog/operations.h"
#include "model/sealer.h"
#include "support/memory_storage.h"
#include "vault/vault.h"

namespace sealift::model {

/// How a receive ended that threw nothing unexpected.
struct Reception {
  enum class End { kDone, kRefused, kInterrupted };
  End end = End::kDone;
  std::string why;
  std::string token;  ///< of an interrupted one
};

/// One vault, in a memory whose power may fail.
class Site {
 public:
  explicit Site(std::uint64_t seed);

  vault::Vault& vault() { return *vault_; }
  catalog::Catalog catalog();
  /// True if anything was done to the vault since this was asked last.
  bool take_touched() { return std::exchange(is_touched_, false); }

  /// Throws whatever no receive may throw. `midway` is called when half of the stream was read.
  Reception receive(ByteView stream, const ReceiveRequest& request,
                    const std::function<void()>& midway = {});
  Bytes send(const SendRequest& request);
  Bytes send_rest(const std::string& token);
  /// One commit.
  using Edit = std::function<void(catalog::Change&)>;
  void edit(const Edit& edit);
  /// Whatever changes the vault.
  void use(const std::function<void(vault::Vault&)>& change);
  /// The same by another who has the vault open.
  void edit_elsewhere(const Edit& edit);

  /// The power fails at the `operation`-th change of the storage from now on.
  void fail_after(std::uint64_t operation);
  void fail_never();
  /// Opens the vault on what the disk holds after a power failure.
  void restart(std::uint32_t seed);

 private:
  void edit(vault::Vault& vault, const Edit& edit);
  Moment moment() { return {1'700'000'000, ++entropy_}; }
  void touch() { is_touched_ = is_stale_ = true; }
  /// Only this process writes to the vault: what it has not changed is as it was.
  void refresh();

  std::shared_ptr<sealift::test::MemoryStorage> storage_;
  std::unique_ptr<vault::Vault> vault_;
  std::uint64_t entropy_;
  bool is_touched_ = true;
  bool is_stale_ = true;
};

}  // namespace sealift::model
