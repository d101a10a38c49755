// SPDX-License-Identifier: Apache-2.0
#include "os/command_source.h"

#include <sealift/error.h>

#include "base/bytes.h"
#include "support/catch.h"

using namespace sealift;

namespace {

std::string printed_by(const std::string& command) {
  os::CommandSource source(command);
  std::string all;
  Bytes some(1000);
  while (const std::size_t count = source.read(some)) all += as_text(ByteView(some).first(count));
  return all;
}

}  // namespace

TEST_CASE("What a command prints is read, and it has no input") {
  CHECK(printed_by("echo one; echo two") == "one\ntwo\n");
  CHECK(printed_by("cat") == "");
}

TEST_CASE("A command that fails is no end") {
  CHECK_THROWS_AS(printed_by("echo one; exit 3"), Error);
  CHECK_THROWS_AS(printed_by("no-such-command-here 2>/dev/null"), Error);
}

TEST_CASE("A command of which only the head is read does not live on") {
  os::CommandSource source("yes");
  Bytes some(10);
  CHECK(source.read(some) > 0);
}
