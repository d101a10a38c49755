// SPDX-License-Identifier: Apache-2.0
#include "os/keyring.h"

#include <unistd.h>

#include "base/error.h"
#include "support/catch.h"

using namespace sealift;

namespace {

/// A name that no other process has.
std::string name(const char* what) {
  return fmt::format("sealift-test:{}:{}", ::getpid(), what);
}

std::string read(const std::string& name) {
  Bytes bytes(16);
  const auto size = os::system_keyring().read(name, bytes);
  return size ? std::string(as_text(bytes).substr(0, *size)) : "nothing";
}

/// False where this machine or sandbox has no keyring; then that is what the error says.
bool keep(const std::string& name, const std::string& secret) {
  try {
    os::system_keyring().keep(name, as_bytes(secret), std::chrono::seconds(60));
    return true;
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kState);
    CHECK(std::string(error.what()).find("no key can be kept") != std::string::npos);
    CHECK_FALSE(error.hint().empty());
    return false;
  }
}

}  // namespace

TEST_CASE("what the keyring keeps is found by name, replaced and forgotten") {
  const std::string mine = name("a");
  CHECK(read(mine) == "nothing");
  CHECK_FALSE(os::system_keyring().forget(mine));
  const bool has_keyring = keep(mine, "first");
  CHECK(read(mine) == (has_keyring ? "first" : "nothing"));
  CHECK(keep(mine, "the second") == has_keyring);
  CHECK(read(mine) == (has_keyring ? "the second" : "nothing"));
  CHECK(read(name("b")) == "nothing");
  CHECK(keep(mine, "longer than 16 bytes") == has_keyring);
  CHECK(read(mine) == "nothing");
  CHECK(os::system_keyring().forget(mine) == has_keyring);
  CHECK_FALSE(os::system_keyring().forget(mine));
  CHECK(read(mine) == "nothing");
}
