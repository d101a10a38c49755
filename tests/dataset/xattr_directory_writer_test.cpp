// SPDX-License-Identifier: Apache-2.0
#include "dataset/xattr_directory_writer.h"

#include "dataset/extended_attributes.h"
#include "dataset/head_writer.h"
#include "dataset/put_site.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;
using namespace sealift::dataset::test;

namespace {

using Xattrs = XattrDirectoryWriter::Xattrs;

/// A file "f" whose extended attributes are what they are said to be, whatever can be had here.
struct XattrSite : Site {
  XattrSite() {
    create("dr/f", sealed());
    write("f", "contents");
    put("dr/f");
  }

  void give(Xattrs xattrs) {
    PutRequest request;
    request.dataset = "dr/f";
    request.key = access();
    HeadWriter head(vault().inner(), request);
    const FileSystem before(*head.before());
    FileSystemWriter files(head.writer(), head.before(), 0);
    std::unordered_set<std::uint64_t> claimed;
    XattrDirectoryWriter directories({files, &before, {}, 16384, claimed});
    const File file = before.resolve("f", FileSystem::LastLink::kKeep);
    NewFile now;
    now.status.mode = static_cast<std::uint32_t>(file.mode);
    now.size = file.size;
    now.parent = file.parent;
    now.generation = file.generation;
    const Xattrs large = take_large_xattrs(xattrs);
    now.xattrs = xattrs;
    now.xattr_directory = directories.put({file.number(), now, &file}, large);
    files.put_attributes(file.number(), now);
    files.finish();
    head.commit(moment());
    snapshot("dr/f@s" + std::to_string(++last_));
    CHECK(faults("dr/f") == 0);
  }

  Xattrs found() {
    const auto head = open("dr/f");
    const FileSystem files(*head->contents);
    Xattrs all;
    each_extended_attribute(
        files, files.resolve("f", FileSystem::LastLink::kKeep),
        [&](const ExtendedAttribute& each) { all.emplace_back(each.name, each.value); });
    return all;
  }
  std::uint64_t objects() {
    const auto head = open("dr/f");
    std::uint64_t count = 0;
    for (std::uint64_t i = 1; i < head->contents->set().object_limit(); ++i)
      count += head->contents->find(i) ? 1 : 0;
    return count;
  }
  std::uint64_t directory() {
    const auto head = open("dr/f");
    const FileSystem files(*head->contents);
    return files.resolve("f", FileSystem::LastLink::kKeep).xattr_directory;
  }

 private:
  int last_ = 0;
};

Bytes value(std::size_t size, std::uint8_t what) {
  return Bytes(size, what);
}

}  // namespace

TEST_CASE("large extended attributes are files in a hidden directory") {
  XattrSite site;
  const std::uint64_t before = site.objects();
  const Xattrs all = {{"user.large", value(50'000, 'l')},
                      {"user.small", value(20, 's')},
                      {"user.zeros", value(60'000, 0)}};
  site.give(all);
  CHECK(site.found() == all);
  CHECK(site.objects() == before + 3);
  const std::uint64_t directory = site.directory();
  CHECK(directory != 0);

  SECTION("what is equal stays, what is not is written anew") {
    const Xattrs now = {{"user.large", value(50'000, 'l')}, {"user.new", value(40'000, 'n')}};
    site.give(now);
    CHECK(site.found() == now);
    CHECK(site.directory() == directory);
    CHECK(site.objects() == before + 3);
  }
  SECTION("the directory goes with the last of them") {
    site.give({{"user.small", value(20, 's')}});
    CHECK(site.found() == Xattrs{{"user.small", value(20, 's')}});
    CHECK(site.directory() == 0);
    CHECK(site.objects() == before);
  }
  SECTION("it goes with its file") {
    std::filesystem::remove(site.path("f"));
    site.put("dr/f");
    CHECK(site.objects() == before - 1);
  }
}

TEST_CASE("many small extended attributes take what room there is") {
  XattrSite site;
  Xattrs all;
  for (char c = 'a'; c < 'k'; ++c) all.emplace_back(std::string("user.") + c, value(20'000, c));
  site.give(all);
  CHECK(site.found() == all);
}
