// SPDX-License-Identifier: Apache-2.0
#include "serve/snapshot_tree.h"

#include <random>
#include <thread>

#include "dataset/put_site.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::serve;
using sealift::dataset::test::Site;

namespace {

std::string noise(std::size_t bytes, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

/// The head of dr/files, as it is when this is made.
struct Served {
  explicit Served(Site& site, const std::string& path = {})
      : contents(site.vault(), "dr/files", KeyAccess{}), tree(contents, path, 3) {}

  std::uint64_t at(const std::string& path) {
    std::uint64_t object = tree.root();
    std::size_t begin = 0;
    while (begin < path.size()) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      const auto next = tree.lookup(object, path.substr(begin, end - begin));
      REQUIRE(next);
      object = *next;
      begin = end + 1;
    }
    return object;
  }
  std::string read(const SnapshotTree::OpenFile& file, std::uint64_t offset, std::size_t count) {
    const Bytes bytes = tree.read(file, offset, count);
    return {bytes.begin(), bytes.end()};
  }

  Contents contents;
  SnapshotTree tree;
};

Site& with_files(Site& site) {
  site.create("dr/files", {{"recordsize", "4096"}});
  return site;
}

}  // namespace

TEST_CASE("A tree is walked by names and numbers") {
  Site site;
  with_files(site).write("a/b/c", "hello");
  std::filesystem::create_symlink("a/b", site.path("link"));
  site.put("dr/files");
  Served served(site);
  const std::uint64_t c = served.at("a/b/c");
  CHECK(served.tree.status(c).file.size == 5);
  CHECK(served.tree.status(c).stored_bytes == 512);
  CHECK(served.read(served.tree.open(c), 0, 100) == "hello");
  CHECK(served.read(served.tree.open(c), 4, 100) == "o");
  CHECK(served.read(served.tree.open(c), 5, 100).empty());
  CHECK(served.tree.link_target(served.at("link")) == "a/b");
  CHECK_FALSE(served.tree.lookup(served.tree.root(), "b"));
  CHECK_FALSE(served.tree.lookup(served.tree.root(), ".."));
  CHECK(served.tree.list(served.tree.root())->size() == 2);
  CHECK((*served.tree.list(served.tree.root()))[1].name == "link");

  Served part(site, "/link/");
  CHECK(part.tree.root() == served.at("a/b"));
  CHECK_THROWS_AS(Served(site, "/a/b/c"), Error);
}

TEST_CASE("What is no file, no directory or not there is an error") {
  Site site;
  with_files(site).write("file", "x");
  site.put("dr/files");
  Served served(site);
  for (const std::uint64_t object : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40})
    CHECK_THROWS_AS(served.tree.status(object), Error);
  CHECK_THROWS_AS(served.tree.open(served.tree.root()), Error);
  CHECK_THROWS_AS(served.tree.list(served.at("file")), Error);
  CHECK_THROWS_AS(served.tree.lookup(served.at("file"), "x"), Error);
  CHECK_THROWS_AS(served.tree.link_target(served.at("file")), Error);
}

TEST_CASE("Threads read any part of a file, and are told its holes") {
  Site site;
  with_files(site);
  std::string bytes = noise(300'000, 1);
  std::fill(bytes.begin() + 40'960, bytes.begin() + 81'920, '\0');
  std::fill(bytes.begin() + 250'000, bytes.end(), '\0');
  site.write("file", bytes);
  site.put("dr/files");
  Served served(site);
  const auto file = served.tree.open(served.at("file"));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed)
    threads.emplace_back([&, seed] {
      std::mt19937_64 random(seed);
      for (int i = 0; i < 200; ++i) {
        const std::size_t offset = random() % 310'000;
        const std::size_t count = random() % 20'000;
        const Bytes got = served.tree.read(file, offset, count);
        const std::string want = offset < bytes.size() ? bytes.substr(offset, count) : "";
        if (std::string(got.begin(), got.end()) != want) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);

  CHECK(served.tree.next_data(file, 10) == 10);
  CHECK(served.tree.next_hole(file, 10) == 40'960);
  CHECK(served.tree.next_hole(file, 50'000) == 50'000);
  CHECK(served.tree.next_data(file, 50'000) == 81'920);
  CHECK(served.tree.next_hole(file, 81'920) == 253'952);  // the next whole block
  CHECK_FALSE(served.tree.next_data(file, 253'952));
  CHECK(served.tree.next_hole(file, 299'999) == 299'999);
  CHECK_FALSE(served.tree.next_hole(file, 300'000));
}

TEST_CASE("Names that Linux takes for none are known") {
  for (const std::string name : {"", ".", "..", "a/b", "/"}) CHECK_FALSE(is_file_name(name));
  CHECK_FALSE(is_file_name(std::string(1024, 'x')));
  for (const std::string name : {"...", "a", " ", "\n", "\xff"}) CHECK(is_file_name(name));
  CHECK(is_file_name(std::string(1023, 'x')));
}
