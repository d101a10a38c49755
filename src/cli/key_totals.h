// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keyring.h>

#include <functional>
#include <string>

#include "cli/command.h"

namespace sealift::cli {

/// What load-key and unload-key say in the end: "2 / 3 key(s) successfully loaded". The exit code
/// is that of the first error.
class KeyTotals {
 public:
  enum class Print { kNo, kYes };
  explicit KeyTotals(Print print) : print_(print) {}

  using Work = std::function<KeyCounts(const KeyObserver&)>;
  ExitCode run(const char* verb, const Work& work);

 private:
  void note(const Error& error);

  Print print_;
  ExitCode code_ = ExitCode::kOk;
};

/// The dataset that was named, or with -a the vault's root. Throws Error(kUsage) for both or none.
std::string scope(bool all, const std::string& dataset, const Vault& vault);

}  // namespace sealift::cli
