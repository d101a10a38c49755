// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <sealift/error.h>

#include <utility>

namespace sealift {

/// Throws an Error of `kind` with a formatted message.
template <class... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

/// Runs `body`; an Error that leaves it carries `context` in front. Costs nothing on success.
template <class Body>
decltype(auto) in_context(std::string_view context, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (Error& error) {
    error.add_context(context);
    throw;
  }
}

/// An invariant of our own code. Stays on in release; nothing from outside may reach it.
#define SEALIFT_ASSERT(condition)                                                       \
  ((condition) ? static_cast<void>(0)                                                   \
               : ::sealift::fail(::sealift::ErrorKind::kBug, "{}:{}: invariant broken: {}", \
                                 __FILE__, __LINE__, #condition))

}  // namespace sealift
