// SPDX-License-Identifier: Apache-2.0
#include "os/fd_channel.h"

#include <unistd.h>

#include <thread>

#include "base/bytes.h"
#include "base/error.h"
#include "support/catch.h"

namespace sealift::os {
namespace {

struct Pipe {
  Fd out;
  Fd in;

  Pipe() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    out = Fd(ends[0]);
    in = Fd(ends[1]);
  }
};

}  // namespace

TEST_CASE("what goes into a pipe comes out of it, then its end") {
  Pipe pipe;
  widen_pipe(pipe.in.get());
  const Bytes sent(3 << 20, 7);
  FdSource source(std::move(pipe.out), "the pipe");
  std::thread writer([&] { FdSink(std::move(pipe.in), "the pipe").write(sent); });
  Bytes received;
  Bytes piece(100000);
  while (const std::size_t count = source.read(piece)) {
    received.insert(received.end(), piece.begin(), piece.begin() + static_cast<long>(count));
  }
  writer.join();
  CHECK(received == sent);
  CHECK(source.read(piece) == 0);
}

TEST_CASE("a reader that went away is an error, not a signal") {
  ignore_sigpipe();
  Pipe pipe;
  pipe.out = Fd();
  FdSink sink(std::move(pipe.in), "the pipe");
  try {
    sink.write(Bytes(1));
    FAIL("written into nothing");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kResume);
    CHECK(std::string(error.what()) == "cannot write the pipe: the other end is closed");
  }
}

TEST_CASE("a descriptor is closed once, by its last owner") {
  Pipe pipe;
  const int number = pipe.out.get();
  {
    Fd moved = std::move(pipe.out);
    CHECK(moved.get() == number);
    CHECK(!pipe.out);
  }
  CHECK_THROWS_AS(duplicate(number), Error);
}

}  // namespace sealift::os
