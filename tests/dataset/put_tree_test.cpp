// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <set>

#include "dataset/extended_attributes.h"
#include "dataset/put_site.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;
using namespace sealift::dataset::test;
namespace fs = std::filesystem;

namespace {

struct TreeSite : Site {
  explicit TreeSite(Properties properties = sealed()) { create("dr/f", properties); }

  /// Puts the source, takes a snapshot and lets the key prove it; returns what changed.
  std::string put_and_prove() {
    put("dr/f");
    const std::string changed = changes;
    snapshot("dr/f@s" + std::to_string(++last_));
    CHECK(faults("dr/f") == 0);
    return changed;
  }
  File file(const std::string& name) {
    head_ = open("dr/f");
    files_.emplace(*head_->contents);
    return files_->resolve(name, FileSystem::LastLink::kKeep);
  }
  std::string contents(const std::string& name) {
    const File found = file(name);
    return all_of(FileReader(*head_->contents, found));
  }
  std::set<std::string> names(const std::string& directory) {
    const File found = file(directory);
    std::set<std::string> all;
    files_->each_entry(found, [&](const DirectoryEntry& entry) {
      all.insert(entry.name);
      return true;
    });
    return all;
  }
  std::map<std::string, std::string> xattrs(const std::string& name) {
    std::map<std::string, std::string> all;
    const File found = file(name);
    each_extended_attribute(*files_, found, [&](const ExtendedAttribute& each) {
      all[each.name] = as_text(each.value);
    });
    return all;
  }
  std::string target(const std::string& name) {
    const File link = file(name);
    return files_->link_target(link);
  }

 private:
  std::unique_ptr<Head> head_;
  std::optional<FileSystem> files_;
  int last_ = 0;
};

struct stat status_of(const fs::path& path) {
  struct stat found {};
  CHECK(::lstat(path.c_str(), &found) == 0);
  return found;
}

}  // namespace

TEST_CASE("a file system holds the directory that was put into it") {
  for (const Properties& properties : {Site::sealed(), Properties{{"recordsize", "4k"}}}) {
    TreeSite site(properties);
    site.write("a.txt", "alpha");
    site.write("empty", "");
    site.write("sub/deep/large", std::string(300'000, 'x') + "end");
    fs::create_symlink("sub/deep", site.path("short"));
    fs::create_symlink(std::string(700, 'l'), site.path("long"));
    fs::create_hard_link(site.path("a.txt"), site.path("sub/same"));
    ::mkfifo(site.path("pipe").c_str(), 0640);
    ::chmod(site.path("a.txt").c_str(), 04711);
    site.put_and_prove();

    CHECK(site.contents("a.txt") == "alpha");
    CHECK(site.contents("empty").empty());
    CHECK(site.contents("sub/deep/large") == std::string(300'000, 'x') + "end");
    CHECK(site.target("short") == "sub/deep");
    CHECK(site.target("long") == std::string(700, 'l'));
    CHECK(site.names("") ==
          std::set<std::string>{"a.txt", "empty", "long", "pipe", "short", "sub"});
    CHECK(site.file("sub/same").number() == site.file("a.txt").number());
    CHECK(site.file("a.txt").links == 2);
    CHECK(site.file("sub").links == 3);
    CHECK(site.file("sub").size == 4);
    const struct stat now = status_of(site.path("a.txt"));
    const File file = site.file("a.txt");
    CHECK(file.mode == now.st_mode);
    CHECK(file.uid == now.st_uid);
    CHECK(file.mtime.seconds == now.st_mtim.tv_sec);
    CHECK(file.mtime.nanoseconds == static_cast<std::uint32_t>(now.st_mtim.tv_nsec));
    CHECK(site.file("pipe").mode == (file_mode::kFifo | 0640));
  }
}

TEST_CASE("what is the same is not read again") {
  TreeSite site;
  site.write("a", "alpha");
  site.write("d/b", "beta");
  site.put_and_prove();
  const PutTotals again = site.put("dr/f");
  CHECK_FALSE(again.is_changed);
  CHECK(again.read_bytes == 0);
  CHECK(again.unchanged == 4);
}

TEST_CASE("changes, names and what is gone are followed") {
  TreeSite site;
  site.write("stays", "as it is");
  site.write("grows", "little");
  site.write("moves", std::string(200'000, 'm'));
  site.write("goes/with/all", "below");
  site.put_and_prove();
  const std::uint64_t moved = site.file("moves").number();
  site.write("grows", std::string(500'000, 'g'));
  fs::create_directory(site.path("new"));
  fs::rename(site.path("moves"), site.path("new/place"));
  fs::remove_all(site.path("goes"));
  const std::string changes = site.put_and_prove();
  CHECK(changes.find("Mgrows") != std::string::npos);
  CHECK(changes.find("+new") != std::string::npos);
  CHECK(changes.find("Rnew/place") != std::string::npos);
  CHECK(changes.find("-goes/with/all") != std::string::npos);
  CHECK(changes.find("stays") == std::string::npos);
  CHECK(site.file("new/place").number() == moved);
  CHECK(site.contents("new/place") == std::string(200'000, 'm'));
  CHECK(site.contents("grows") == std::string(500'000, 'g'));
  CHECK(site.names("") == std::set<std::string>{"grows", "new", "stays"});
}

TEST_CASE("a file may shrink, and lose one of its names") {
  TreeSite site(Properties{{"recordsize", "8k"}});
  site.write("f", std::string(100'000, 'f'));
  fs::create_hard_link(site.path("f"), site.path("g"));
  site.put_and_prove();
  fs::resize_file(site.path("f"), 10);
  fs::remove(site.path("g"));
  site.put_and_prove();
  CHECK(site.contents("f") == "ffffffffff");
  CHECK(site.file("f").links == 1);
}

TEST_CASE("directories of many names, and of long ones, come back") {
  TreeSite site;
  std::set<std::string> expected;
  for (int i = 0; i < 4000; ++i) expected.insert(fmt::format("name-{}", i));
  for (int i = 0; i < 40; ++i) expected.insert(std::string(215, 'n') + std::to_string(i));
  for (const std::string& name : expected) site.write("d/" + name, "");
  site.put_and_prove();
  CHECK(site.names("d") == expected);
  fs::remove(site.path("d/name-7"));
  expected.erase("name-7");
  site.put_and_prove();
  CHECK(site.names("d") == expected);
  CHECK(site.contents("d/name-3999").empty());
}

TEST_CASE("a directory may have many names") {
  TreeSite site;
  std::set<std::string> expected;
  for (int i = 0; i < 20'000; ++i) expected.insert(fmt::format("a-name-of-some-length-{}", i));
  for (const std::string& name : expected) site.write("d/" + name, name.substr(22));
  site.put_and_prove();
  CHECK(site.names("d") == expected);
  CHECK(site.contents("d/a-name-of-some-length-19999") == "19999");
  site.write("d/a-name-of-some-length-7", "another");
  const PutTotals again = site.put("dr/f");
  CHECK(site.changes == "Md/a-name-of-some-length-7");
  CHECK(again.read_bytes == 7);
  CHECK(site.contents("d/a-name-of-some-length-7") == "another");
}

TEST_CASE("dnodes are as large as the property says") {
  for (const auto& [value, slots] : {std::pair("legacy", 1), {"auto", 2}, {"4k", 8}, {"16k", 32}}) {
    Properties properties = Site::sealed();
    properties["dnodesize"] = value;
    TreeSite site(properties);
    for (int i = 0; i < 50; ++i) site.write("d/" + std::to_string(i), std::to_string(i));
    site.put_and_prove();
    CHECK(int{site.file("d/7").object->dnode.slots} == slots);
    fs::remove(site.path("d/7"));
    site.write("e/8", "eight");
    site.put_and_prove();
    CHECK(site.contents("e/8") == "eight");
    CHECK(site.contents("d/49") == "49");
  }
}

TEST_CASE("the root is the same file whatever directory is put there") {
  TreeSite site;
  site.write("a", "alpha");
  site.put_and_prove();
  const std::uint64_t generation = site.file("").generation;
  PutRequest other;
  other.source = site.path("other");
  site.write("other/b", "beta");
  site.put("dr/f", other);
  CHECK(site.names("") == std::set<std::string>{"b"});
  CHECK(site.file("").generation == generation);
  CHECK_FALSE(site.put("dr/f", other).is_changed);
}

TEST_CASE("in a copy of the directory, files are known by their names") {
  TreeSite site;
  for (int i = 0; i < 20; ++i) site.write("d/" + std::to_string(i), std::string(5'000, 'a' + i));
  site.put_and_prove();
  const Time born = site.file("d/7").crtime;
  PutRequest copy;
  copy.source = (site.source().parent_path() / "copy").string();
  fs::create_directories(copy.source + "/d");
  for (int i = 19; i >= 0; --i) {  // new inode numbers, in another order
    const std::string name = "/d/" + std::to_string(i);
    fs::copy(site.source().string() + name, copy.source + name);
  }
  fs::remove(copy.source + "/d/3");
  const PutTotals totals = site.put("dr/f", copy);
  CHECK(totals.added == 0);
  CHECK(totals.renamed == 0);
  CHECK(totals.removed == 1);
  CHECK(totals.written_bytes == 0);
  CHECK(site.file("d/7").crtime == born);
  CHECK_FALSE(site.put("dr/f", copy).is_changed);
}

TEST_CASE("a name that is excluded now takes nothing else from its file") {
  TreeSite site;
  site.write("f", "both");
  ::setxattr(site.path("f").c_str(), "user.mark", "here", 4, 0);
  fs::create_hard_link(site.path("f"), site.path("g"));
  site.put_and_prove();
  const std::map<std::string, std::string> before = site.xattrs("f");
  PutRequest request;
  request.exclude = {"g"};
  site.put("dr/f", request);
  CHECK(site.names("") == std::set<std::string>{"f"});
  CHECK(site.file("f").links == 1);
  CHECK(site.contents("f") == "both");
  CHECK(site.xattrs("f") == before);
}

TEST_CASE("holes stay holes") {
  TreeSite site;
  site.write("sparse", "begin");
  fs::resize_file(site.path("sparse"), std::uintmax_t{1} << 40);
  site.put_and_prove();
  const File file = site.file("sparse");
  CHECK(file.size == std::uint64_t{1} << 40);
  CHECK(file.object->dnode.max_block == (std::uint64_t{1} << 23) - 1);
}

TEST_CASE("an indirect block of holes is a hole, whenever they were made") {
  TreeSite site({{"recordsize", "4k"},
                 {"encryption", "on"},
                 {"keyformat", "raw"},
                 {"keylocation", "prompt"}});
  site.write("f", std::string(40'000, 'f'));
  site.put_and_prove();
  const auto put_zeros = [&](std::size_t first, std::size_t count) {
    std::fstream file(site.path("f"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(first));
    file << std::string(count, '\0');
    file.close();
    site.put_and_prove();
  };
  put_zeros(0, 20'000);
  CHECK_FALSE(site.file("f").object->dnode.pointers.front().is_hole());
  put_zeros(20'000, 20'000);
  CHECK(site.file("f").object->dnode.pointers.front().is_hole());
  CHECK(site.contents("f") == std::string(40'000, '\0'));
}

TEST_CASE("what is excluded is left out, with all below it") {
  TreeSite site;
  site.write("keep/a.tmp.txt", "");
  site.write("keep/b.tmp", "");
  site.write("cache/c", "");
  PutRequest request;
  request.exclude = {"*.tmp", "cache"};
  site.put("dr/f", request);
  CHECK(site.names("") == std::set<std::string>{"keep"});
  CHECK(site.names("keep") == std::set<std::string>{"a.tmp.txt"});
}
