// SPDX-License-Identifier: Apache-2.0
#include "keys/suite.h"

#include <array>

#include "base/error.h"
#include "stream/suite_name.h"

namespace sealift::keys {
namespace {

using crypto::AeadMode;

Suite make(std::uint64_t number, AeadMode mode, std::size_t key_bytes) {
  return {number, stream::suite_name(number), mode, key_bytes};
}

const std::array<Suite, 6>& suites() {
  static const std::array<Suite, 6> table = {
      make(3, AeadMode::kCcm, 16), make(4, AeadMode::kCcm, 24), make(5, AeadMode::kCcm, 32),
      make(6, AeadMode::kGcm, 16), make(7, AeadMode::kGcm, 24), make(8, AeadMode::kGcm, 32),
  };
  return table;
}

}  // namespace

const Suite* parse_suite(std::string_view text) {
  if (text == "off") return nullptr;
  if (text == "on") return &suite_of(kDefaultSuite);
  for (const Suite& suite : suites())
    if (suite.name == text) return &suite;
  std::string names = "on | off";
  for (const Suite& suite : suites()) names.append(" | ").append(suite.name);
  fail(ErrorKind::kUsage, "'encryption' must be one of '{}'", names);
}

const Suite& suite_of(std::uint64_t number) {
  for (const Suite& suite : suites())
    if (suite.number == number) return suite;
  fail(ErrorKind::kRefused, "encryption suite {} is unknown", number);
}

}  // namespace sealift::keys
