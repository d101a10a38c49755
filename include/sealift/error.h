// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace sealift {

/// What a caller can do about an error. A kind exists only if some caller acts on it.
enum class ErrorKind {
  kUsage,     ///< the command line or the arguments are wrong: call differently
  kState,     ///< the target or source is not in the needed state: change it, then repeat
  kRefused,   ///< a rule forbids it: nothing was changed, repeating does not help
  kDamaged,   ///< data failed a check: restore or repair them
  kWrongKey,  ///< the key given does not open the data
  kRetry,     ///< a passing condition (busy, out of space): repeat later
  kResume,    ///< interrupted, and what arrived is kept: resume it
  kBug,       ///< an invariant of the program itself is broken
};

/// The one exception of the library. `what()` reads outermost context first:
/// "cannot receive home@tue: object 812, offset 131072: MAC mismatch".
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const noexcept { return kind_; }
  const char* what() const noexcept override { return message_.c_str(); }
  /// What to do next, empty where there is nothing helpful to say.
  const std::string& hint() const noexcept { return hint_; }

  /// Puts `context` before the message; done once per boundary.
  Error& add_context(std::string_view context) {
    message_.insert(0, ": ").insert(0, context);
    return *this;
  }
  Error& set_hint(std::string hint) {
    hint_ = std::move(hint);
    return *this;
  }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
};

}  // namespace sealift
