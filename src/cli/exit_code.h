// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/error.h>

#include <array>
#include <string_view>

namespace sealift::cli {

/// What the program's exit status tells a script. Every help text and man page lists them.
enum class ExitCode : int {
  kOk = 0,
  kState = 1,
  kUsage = 2,
  kDamaged = 3,
  kRefused = 4,
  kWrongKey = 5,
  kRetry = 6,
  kResume = 7,
  kBug = 70,
};

struct ExitCodeMeaning {
  ExitCode code;
  std::string_view meaning;
};

constexpr std::array<ExitCodeMeaning, 9> kExitCodes = {{
    {ExitCode::kOk, "success"},
    {ExitCode::kState, "not possible in this state, or any other failure"},
    {ExitCode::kUsage, "wrong usage"},
    {ExitCode::kDamaged, "data are damaged"},
    {ExitCode::kRefused, "refused by a rule; nothing was changed"},
    {ExitCode::kWrongKey, "the key does not open the data"},
    {ExitCode::kRetry, "a passing condition; try again later"},
    {ExitCode::kResume, "interrupted; what arrived is kept"},
    {ExitCode::kBug, "a bug in sealift"},
}};

constexpr ExitCode exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return ExitCode::kUsage;
    case ErrorKind::kState:
      return ExitCode::kState;
    case ErrorKind::kRefused:
      return ExitCode::kRefused;
    case ErrorKind::kDamaged:
      return ExitCode::kDamaged;
    case ErrorKind::kWrongKey:
      return ExitCode::kWrongKey;
    case ErrorKind::kRetry:
      return ExitCode::kRetry;
    case ErrorKind::kResume:
      return ExitCode::kResume;
    case ErrorKind::kBug:
      return ExitCode::kBug;
  }
  return ExitCode::kBug;
}

}  // namespace sealift::cli
