// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "dataset/legacy_files.h"
#include "dataset/tree_restorer.h"
#include "support/catch.h"
#include "support/temp_directory.h"

using namespace sealift;
using namespace sealift::dataset;
using namespace sealift::dataset::test;
namespace fs = std::filesystem;

namespace {

/// A directory to restore into, beside one that nothing may touch.
class Target {
 public:
  Target() {
    fs::create_directory(path());
    fs::create_directory(outside());
  }
  fs::path path() const { return temp_.path() / "to"; }
  fs::path outside() const { return temp_.path() / "outside"; }

  /// What was told of, "path: message" each, in the order of paths.
  std::vector<std::string> restore(const Contents::Impl& contents,
                                   TreeRestorer::Work work = TreeRestorer::Work::kRestore,
                                   Existing existing = Existing::kKeep) {
    std::vector<std::string> faults;
    RestoreObserver observer;
    observer.on_fault = [&](const std::string& path, const Error& error) {
      faults.push_back(path + ": " + error.what());
    };
    RestoreRequest request;
    request.existing = existing;
    RestoreLog log(observer);
    const FileSystem& files = contents.file_system();
    TreeRestorer(contents, request, log)
        .run(files.file(files.root()), os::open_directory(path()), work);
    totals = log.totals();
    std::sort(faults.begin(), faults.end());
    return faults;
  }
  /// The names there, in order; directories end in a slash.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& each : fs::recursive_directory_iterator(path()))
      found.push_back(fs::relative(each.path(), path()).native() +
                      (fs::is_directory(each.symlink_status()) ? "/" : ""));
    std::sort(found.begin(), found.end());
    return found;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool outside_is_empty() const { return fs::is_empty(outside()); }

  RestoreTotals totals;

 private:
  sealift::test::TempDirectory temp_;
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("A tree comes back as it was, in either byte order") {
  for (const Endian byte_order : {Endian::kLittle, Endian::kBig}) {
    LegacyFiles files(byte_order);
    const std::string contents =
        std::string(700, 'a') + std::string(2000, '\0') + std::string(300, 'b');
    files.directory(kRoot, {{"dir", 5}, {"file", 6}, {"link", 7}, {"fifo", 8}, {"again", 6}});
    files.directory(5, {{"third", 6}, {"empty", 9}});
    files.regular(6, contents, 3);
    files.link(7, "/no/where");
    files.node(8, file_mode::kFifo, 0);
    files.regular(9, "");
    const auto opened = files.open();

    Target target;
    CHECK(target.restore(opened).empty());
    CHECK(target.names() ==
          Strings{"again", "dir/", "dir/empty", "dir/third", "fifo", "file", "link"});
    CHECK(target.read("dir/third") == contents);
    CHECK(fs::hard_link_count(target.path() / "file") == 3);
    CHECK(fs::read_symlink(target.path() / "link") == "/no/where");
    struct stat status {};
    REQUIRE(::stat((target.path() / "dir").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0755);
    CHECK(status.st_mtim.tv_sec == 1'700'000'005);
    REQUIRE(::stat((target.path() / "file").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0640);
    CHECK(target.totals.files == 2);
    CHECK(target.totals.links == 2);
    CHECK(target.totals.directories == 1);
    CHECK(target.totals.others == 2);

    // It is compared, and restored again without doing anything.
    CHECK(target.restore(opened, TreeRestorer::Work::kCompare).empty());
    CHECK(target.totals.verified == 8);
    CHECK(target.restore(opened).empty());
    CHECK(target.totals.kept == 7);
    CHECK(target.totals.bytes == 0);
  }
}

TEST_CASE("No name leads out of the target") {
  LegacyFiles files;
  files.directory(kRoot, {{"..", 5}, {".", 5}, {"../outside/a", 6}, {"/tmp/b", 6}, {"sub", 5}});
  files.directory(5, {{"..", 6}, {"good", 6}});
  files.regular(6, "contents");
  Target target;
  const Strings faults = target.restore(files.open());
  CHECK(faults == Strings{"../outside/a: no file may have this name",
                          "..: no file may have this name", ".: no file may have this name",
                          "/tmp/b: no file may have this name",
                          "sub/..: no file may have this name"});
  CHECK(target.names() == Strings{"sub/", "sub/good"});
  CHECK(target.outside_is_empty());
}

TEST_CASE("No link leads out of the target") {
  Target target;
  LegacyFiles files;
  // Two entries of one name: whichever comes first, nothing is made through the link.
  files.directory(kRoot, {{"x", 7}, {"x", 5}, {"y", 5}});
  files.directory(5, {{"inside", 6}});
  files.regular(6, "contents");
  files.link(7, target.outside().native());
  const auto opened = files.open();
  CHECK(target.restore(opened).size() == 2);  // the second x, and a directory in two places
  CHECK(target.outside_is_empty());

  // Nor through one that was there before.
  fs::remove_all(target.path());
  fs::create_directory(target.path());
  fs::create_directory_symlink(target.outside(), target.path() / "y");
  CHECK_FALSE(target.restore(opened, TreeRestorer::Work::kRestore, Existing::kReplace).empty());
  CHECK(target.outside_is_empty());
}

TEST_CASE("Directories in a loop are restored once") {
  LegacyFiles files;
  files.directory(kRoot, {{"a", 5}, {"self", kRoot}});
  files.directory(5, {{"up", kRoot}, {"b", 10}}, kRoot);
  files.directory(10, {{"a", 5}}, 5);
  Target target;
  const Strings faults = target.restore(files.open());
  CHECK(faults.size() == 3);
  for (const std::string& fault : faults)
    CHECK(fault.find("a directory that is in two places") != std::string::npos);
}

TEST_CASE("What cannot be read is told of, and the rest restored") {
  LegacyFiles files;
  files.directory(kRoot, {{"gone", 99}, {"good", 6}, {"master", 1}});
  files.regular(6, "contents");
  Target target;
  const Strings faults = target.restore(files.open());
  CHECK(faults == Strings{"gone: object 99 is missing", "master: object 1: it is no file"});
  CHECK(target.totals.has_damage);
  CHECK(target.read("good") == "contents");
}

TEST_CASE("Files that are there are kept, unless they are to be replaced") {
  LegacyFiles files;
  files.directory(kRoot, {{"file", 6}});
  files.regular(6, "contents");
  const auto opened = files.open();
  Target target;
  std::ofstream(target.path() / "file") << "my own";
  std::ofstream(target.path() / "mine") << "my own";
  CHECK(target.restore(opened) == Strings{"file: it exists and is another one"});
  CHECK(target.read("file") == "my own");
  CHECK(target.restore(opened, TreeRestorer::Work::kCompare) ==
        Strings{"file: sizes differ from the snapshot's"});
  CHECK(target.restore(opened, TreeRestorer::Work::kRestore, Existing::kReplace).empty());
  CHECK(target.read("file") == "contents");
  CHECK(target.read("mine") == "my own");

  // A byte that changed without the size does not pass a comparison.
  const auto time = fs::last_write_time(target.path() / "file");
  std::ofstream(target.path() / "file") << "cOntents";
  fs::last_write_time(target.path() / "file", time);
  CHECK(target.restore(opened, TreeRestorer::Work::kCompare) ==
        Strings{"file: contents differ from the snapshot's at offset 0"});
}
