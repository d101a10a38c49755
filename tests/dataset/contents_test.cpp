// SPDX-License-Identifier: Apache-2.0
// What is read out of a vault is what ZFS had: each entry of each snapshot is compared with the
// manifest that was made beside the stream, whatever the manifest says of it.
#include "crypto/sha256.h"
#include "dataset/open_snapshot.h"
#include "dataset/volume.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;
using namespace sealift::dataset::test;
using nlohmann::json;

namespace {

constexpr std::uint64_t kPage = 4096;

std::string sha256_of(ByteView bytes) {
  return to_hex(crypto::sha256(bytes));
}

/// The hash of integration/streams/manifest.py: of the pages that are not zero, and where.
std::string hash_of_pages(FileReader reader) {
  std::map<std::uint64_t, Bytes> pages;
  reader.each_block([&](std::uint64_t offset, ByteView block) {
    while (!block.empty()) {
      const std::uint64_t page = offset / kPage * kPage;
      const std::size_t count = std::min<std::uint64_t>(block.size(), page + kPage - offset);
      Bytes& bytes = pages[page];
      bytes.resize(std::min(kPage, reader.size() - page));
      std::copy_n(block.begin(), count, bytes.begin() + static_cast<std::ptrdiff_t>(offset - page));
      block = block.subspan(count);
      offset += count;
    }
    return true;
  });
  Bytes hashed;
  for (const auto& [at, page] : pages) {
    if (all_zero(page)) continue;
    const std::string place = fmt::format("{}:", at);
    hashed.insert(hashed.end(), place.begin(), place.end());
    hashed.insert(hashed.end(), page.begin(), page.end());
  }
  return sha256_of(hashed);
}

std::string hash_of_all(FileReader reader) {
  Bytes all(reader.size());
  CHECK(reader.read(0, all) == all.size());
  return sha256_of(all);
}

/// Whether the manifest was made by manifest.py, with hashes of pages and of extended attributes;
/// the others have hashes of whole files, and extended attributes in full.
bool hashes_pages(const ReferenceStream& stream) {
  const std::filesystem::path folder = std::filesystem::path(stream.path()).parent_path();
  return std::filesystem::exists(folder / "KNOBS") || folder.filename() == "gone" ||
         folder.stem() == "odd";
}

/// A file system as a manifest tells it.
class Teller {
 public:
  Teller(FileSystem& files, const ReferenceStream& stream)
      : files_(files), hashes_pages_(hashes_pages(stream)) {}

  /// What is compared with `expected`: manifests do not all say the same.
  json tell(const json& expected) {
    const File root = files_.file(files_.root());
    told_["."] = tell_file(root, expected.at("."));
    told_["."]["ino"] = 0;
    visit(root, "", expected);
    return told_;
  }

 private:
  void visit(const File& directory, const std::string& path, const json& expected) {
    files_.each_entry(directory, [&](const DirectoryEntry& entry) {
      const File file = files_.file(entry.object);
      CHECK(entry.type == file.type() >> 12);
      CHECK(files_.find(directory, entry.name) == entry.object);
      const std::string name = path + entry.name;
      told_[name] = tell_file(file, expected.value(name, json::object()));
      if (file.is_directory()) visit(file, name + "/", expected);
      return true;
    });
  }

  json tell_file(const File& file, const json& expected) {
    json told = {{"ino", file.number()},
                 {"mode", fmt::format("0o{:o}", file.mode)},
                 {"nlink", file.links},
                 {"uid", file.uid},
                 {"gid", file.gid},
                 {"mtime_ns", file.mtime.seconds * 1'000'000'000 + file.mtime.nanoseconds}};
    if (file.is_symlink()) told["target"] = files_.link_target(file);
    if (file.is_regular()) {
      const FileReader reader(files_.plaintext(), file);
      told["size"] = file.size;
      told["sha256"] = hashes_pages_ ? hash_of_pages(reader) : hash_of_all(reader);
    }
    if (file.is_regular() || file.is_directory())
      each_extended_attribute(files_, file, [&](const ExtendedAttribute& each) {
        if (each.name.compare(0, 9, "security.") != 0 || expected.contains("xattrs"))
          told["xattrs"][each.name] = hashes_pages_ ? sha256_of(each.value) : to_hex(each.value);
      });
    return told;
  }

  FileSystem& files_;
  bool hashes_pages_;
  json told_;
};

}  // namespace

TEST_CASE("Every file system is what ZFS had") {
  std::size_t entries = 0;
  for (const ReferenceStream& stream : sealift::test::reference_streams()) {
    const bool is_next = stream.kind == "full" || (stream.kind == "incr" && stream.from == "s1");
    if (!is_next || !has_manifest(stream)) continue;
    INFO(stream.file);
    const json expected = manifest(stream);
    if (expected.contains("volume")) continue;
    OpenSnapshot snapshot(stream);
    FileSystem files(snapshot.plaintext());
    const json told = Teller(files, stream).tell(expected);
    entries += told.size();
    for (const auto& [name, entry] : expected.items()) {
      INFO(name);
      REQUIRE(told.contains(name));
      CHECK(told[name].dump() == entry.dump());
    }
    CHECK(told.size() == expected.size());
  }
  CHECK(entries > 1000);
}

TEST_CASE("Every volume is what ZFS had") {
  std::size_t volumes = 0;
  for (const ReferenceStream& stream : sealift::test::reference_streams()) {
    const bool is_next = stream.kind == "full" || (stream.kind == "incr" && stream.from == "s1");
    if (!is_next) continue;
    INFO(stream.file);
    const bool has_hash = std::filesystem::exists(beside(stream, ".sha256"));
    if (!has_hash && !(has_manifest(stream) && manifest(stream).contains("volume"))) continue;
    OpenSnapshot snapshot(stream);
    REQUIRE(is_volume(snapshot.plaintext().set()));
    const FileReader reader = open_volume(snapshot.plaintext());
    if (has_hash) {
      const Bytes hash = sealift::test::read_file(beside(stream, ".sha256"));
      CHECK(std::string(hash.begin(), hash.begin() + 64) == hash_of_all(reader));
    } else {
      CHECK(manifest(stream)["volume"]["size"] == reader.size());
    }
    ++volumes;
  }
  CHECK(volumes > 4);
}
