// SPDX-License-Identifier: Apache-2.0
#include "cli/key_totals.h"

#include "base/error.h"
#include "cli/talk.h"

namespace sealift::cli {

void KeyTotals::note(const Error& error) {
  say_error(error);
  if (code_ == ExitCode::kOk) code_ = exit_code(error.kind());
}

ExitCode KeyTotals::run(const char* verb, const Work& work) {
  KeyObserver observer;
  observer.on_warning = [](const std::string& warning) { say_warning(warning); };
  observer.on_error = [this](const Error& error) { note(error); };
  KeyCounts counts;
  try {
    counts = work(observer);
  } catch (const Error& error) {
    note(error);
    counts.attempted = 1;
  }
  if (print_ == Print::kYes && counts.attempted != 0)
    fmt::print("{} / {} key(s) successfully {}\n", counts.done, counts.attempted, verb);
  return code_;
}

std::string scope(bool all, const std::string& dataset, const Vault& vault) {
  if (all && !dataset.empty()) fail(ErrorKind::kUsage, "Cannot specify dataset with -a option");
  if (!all && dataset.empty()) fail(ErrorKind::kUsage, "Missing dataset argument or -a option");
  return all ? vault.name() : dataset;
}

}  // namespace sealift::cli
