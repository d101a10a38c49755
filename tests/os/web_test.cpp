// SPDX-License-Identifier: Apache-2.0
#include "os/web.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sealift/error.h>
#include <sys/socket.h>

#include "os/fd.h"
#include "support/catch.h"

using namespace sealift;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Where nobody listens, and where the scheme is another, nothing is read") {
  // A port of our own at which nobody listens.
  const os::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(socket.get(), generic, length) == 0);
  REQUIRE(::getsockname(socket.get(), generic, &length) == 0);

  Bytes into(100);
  const std::string url = fmt::format("http://127.0.0.1:{}/key", ntohs(address.sin_port));
  CHECK_THROWS_WITH(os::fetch(url, into), ContainsSubstring("cannot read " + url + ": "));
  CHECK_THROWS_AS(os::fetch("file:///etc/passwd", into), Error);
}
