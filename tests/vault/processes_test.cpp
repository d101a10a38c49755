// SPDX-License-Identifier: Apache-2.0
// Real processes on a real directory: killed at any moment, or side by side.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "base/endian.h"
#include "sealift/error.h"
#include "support/catch.h"
#include "support/temp_directory.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;
using sealift::test::TempDirectory;

namespace {

/// A child process that reports numbers; killed, if it still runs, and waited for at the end.
class Child {
 public:
  using Report = std::function<void(std::uint64_t)>;

  explicit Child(const std::function<void(const Report&)>& body) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) run(body, ends[1]);
    ::close(ends[1]);
    reports_ = ends[0];
  }

  ~Child() {
    if (pid_ > 0) kill();
    ::close(reports_);
  }

  /// The next number; nothing once the child is gone and all were taken.
  std::optional<std::uint64_t> next() {
    std::uint8_t bytes[8];
    std::size_t got = 0;
    while (got < sizeof bytes) {
      const ssize_t count = ::read(reports_, bytes + got, sizeof bytes - got);
      if (count <= 0) return std::nullopt;
      got += static_cast<std::size_t>(count);
    }
    return load<std::uint64_t>(bytes);
  }

  void kill() {
    ::kill(pid_, SIGKILL);
    wait();
  }

  bool wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  [[noreturn]] static void run(const std::function<void(const Report&)>& body, int to) {
    try {
      body([&](std::uint64_t number) {
        std::uint8_t bytes[8];
        store(bytes, number);
        if (::write(to, bytes, sizeof bytes) != sizeof bytes) ::_exit(2);
      });
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }

  pid_t pid_ = 0;
  int reports_ = -1;
};

constexpr unsigned kKeys = 300;

/// What the vault holds after the commit of `txg`: each commit writes the keys of its turn.
Model model_at(std::uint64_t txg) {
  Model model;
  for (std::uint64_t each = 2; each <= txg; ++each) {
    for (unsigned i = 0; i < 20; ++i) {
      model[numbered(static_cast<unsigned>((each * 7 + i) % kKeys))] =
          std::string(200 + each % 700, static_cast<char>('a' + each % 26));
    }
  }
  return model;
}

void commit_for_ever(const std::filesystem::path& directory, const Child::Report& report) {
  const auto vault = Vault::open(directory, Access::kWrite);
  Appender appender(*vault);
  Tree tree(*vault, vault->root().catalog);
  for (;;) {
    const std::uint64_t txg = vault->root().txg.value + 1;
    for (unsigned i = 0; i < 20; ++i) {
      tree.put(numbered(static_cast<unsigned>((txg * 7 + i) % kKeys)),
               std::string(200 + txg % 700, static_cast<char>('a' + txg % 26)));
    }
    commit(*vault, appender, tree);
    report(txg);
  }
}

}  // namespace

TEST_CASE("a writer killed at any moment leaves its last commit or the next") {
  const TempDirectory directory;
  Vault::init(directory / "v", {"v"});
  std::mt19937 random(3);
  for (unsigned round = 0; round < 15; ++round) {
    CAPTURE(round);
    std::uint64_t reported = 1;
    {
      Child child([&](const Child::Report& report) { commit_for_ever(directory / "v", report); });
      for (unsigned commits = random() % 6; commits > 0; --commits) reported = *child.next();
      // Some work of no certain length, so that not every round ends right behind a commit.
      noise(random() % 3'000'000, round);
      child.kill();
      while (const auto late = child.next()) reported = *late;
    }
    const auto vault = Vault::open(directory / "v", Access::kWrite);
    const std::uint64_t txg = vault->root().txg.value;
    CHECK((txg == reported || txg == reported + 1 || reported == 1));
    REQUIRE(contents(*vault) == model_at(txg));
    REQUIRE(used_in_segments(*vault) == used_in_total(*vault));
    std::uint64_t bytes = 0;
    for (const auto& file : vault->impl().storage().segments()) {
      REQUIRE(vault->impl().committed_length(vault->impl().uberblock(), file.id) == file.length);
      ++bytes;
    }
    REQUIRE(bytes == vault->space().segments);
  }
}

TEST_CASE("writers side by side lose nothing, and a reader sees only whole states") {
  const TempDirectory directory;
  Vault::init(directory / "v", {"v"});
  constexpr unsigned kCommits = 40;
  const auto write = [&](const std::string& name, const Child::Report& report) {
    const auto vault = Vault::open(directory / "v", Access::kWrite);
    for (unsigned i = 0; i < kCommits; ++i) {
      Appender appender(*vault);
      appender.append(noise(3000, i));
      Transaction transaction(*vault, appender);
      Tree tree(*vault, transaction.base().catalog);
      tree.put(name + numbered(i), std::string(500, 'v'));
      // In each state both of these say how many commits there were.
      const std::string count = std::to_string(transaction.txg().value);
      tree.put("first", count);
      tree.put("second", count);
      const BlockPointer root = tree.flush(appender);
      for (const BlockPointer& old : tree.take_replaced()) transaction.release(old);
      transaction.commit(root);
      report(i);
    }
  };
  Child a([&](const Child::Report& report) { write("a", report); });
  Child b([&](const Child::Report& report) { write("b", report); });
  const auto reader = Vault::open(directory / "v", Access::kRead);
  while (a.next()) {
    reader->refresh();
    Model seen = contents(*reader);
    REQUIRE(seen["first"] == seen["second"]);
  }
  REQUIRE(a.wait());
  REQUIRE(b.wait());
  reader->refresh();
  CHECK(reader->root().txg == Txg{1 + 2 * kCommits});
  CHECK(contents(*reader).size() == 2 * kCommits + 2);
  CHECK(used_in_segments(*reader) == used_in_total(*reader));
}
