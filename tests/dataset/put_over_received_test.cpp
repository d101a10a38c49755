// SPDX-License-Identifier: Apache-2.0
// Datasets that ZFS wrote are gone on with: what is put there is equal, and the key proves it.
#include <fmt/format.h>

#include "dataset/extended_attributes.h"
#include "dataset/put_site.h"
#include "keys/key_world.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;
using sealift::test::ReferenceStream;

namespace {

/// What there is below `directory`, with its contents or where it leads.
void tell(const FileSystem& files, const File& directory, const std::string& path,
          std::map<std::string, std::string>& told) {
  files.each_entry(directory, [&](const DirectoryEntry& entry) {
    const File file = files.file(entry.object);
    const std::string at = path.empty() ? entry.name : path + '/' + entry.name;
    if (file.is_directory()) {
      told[at] = "/";
      tell(files, file, at, told);
    } else if (file.is_symlink()) {
      told[at] = "-> " + files.link_target(file);
    } else {
      told[at] = dataset::test::all_of(FileReader(files.plaintext(), file));
    }
    return true;
  });
}

Moment now() {
  return {1'700'000'000, os::system_random().guid()};
}

struct Received {
  explicit Received(const ReferenceStream& stream) : key_file(stream.key) {
    world.receive(stream.read(), "tank/in");
  }
  KeyAccess access() const {
    KeyAccess access;
    if (key_file != "-") access.location = "file://" SEALIFT_TEST_DATA "/streams/keys/" + key_file;
    return access;
  }
  PutTotals put(const std::filesystem::path& source, Diverged diverged) {
    PutRequest request;
    request.source = source;
    request.dataset = "tank/in";
    request.key = access();
    request.diverged = diverged;
    return sealift::put(world.vault(), request, {}, now());
  }

  replicate::test::SendWorld world;
  std::string key_file;
};

}  // namespace

TEST_CASE("a directory is put over what ZFS wrote") {
  for (const ReferenceStream& stream : sealift::test::reference_streams()) {
    if (stream.kind != "full" || stream.file.find("vol") != std::string::npos) continue;
    INFO(stream.file);
    dataset::test::Site plain;
    plain.write("a", "alpha");
    plain.write("sub/b", std::string(400'000, 'b'));
    std::filesystem::create_symlink("sub/b", plain.path("link"));
    Received received(stream);
    CHECK_THROWS_AS(received.put(plain.source(), Diverged::kRefuse), Error);
    CHECK(received.put(plain.source(), Diverged::kReplace).is_changed);
    CHECK_FALSE(received.put(plain.source(), Diverged::kRefuse).is_changed);
    take_snapshots(received.world.vault(), {"tank/in@mine"}, {}, now());
    VerifyRequest request;
    request.target = "tank/in";
    request.key = received.access();
    CHECK(verify(received.world.vault(), request, {}) == 0);

    const catalog::Catalog catalog = catalog::open_catalog(received.world.vault().inner());
    const auto dataset = catalog.get("tank/in");
    const KeyAccess access = received.access();
    keys::KeyChain chain(access);
    std::optional<keys::MasterKey> key;
    if (dataset.key) key.emplace(*chain.open(catalog, dataset));
    Plaintext contents(received.world.vault().inner(), dataset.head.objset, key ? &*key : nullptr);
    FileSystem files(contents);
    std::map<std::string, std::string> told;
    tell(files, files.file(files.root()), "", told);
    CHECK(told == std::map<std::string, std::string>{{"a", "alpha"},
                                                     {"link", "-> sub/b"},
                                                     {"sub", "/"},
                                                     {"sub/b", std::string(400'000, 'b')}});
  }
}
