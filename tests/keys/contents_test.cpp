// SPDX-License-Identifier: Apache-2.0
// What the keys open are the files and volumes that ZFS had: each block of each file is opened and
// decompressed, and the whole compared with the manifest that was made beside the stream.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "keys/block_cipher.h"
#include "keys/decompress.h"
#include "keys/key_world.h"
#include "objset/walk.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using keys::test::KeyWorld;
using sealift::test::ReferenceStream;

namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kVolumeObject = 1;
constexpr std::uint64_t kVolumeBytes = 64U << 20;

template <class Digest>
std::string hex(const Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

/// The data blocks of all objects, opened.
class Contents {
 public:
  Contents(const vault::Vault& vault, const MasterKey& key, const vault::BlockPointer& root)
      : vault_(vault), cipher_(key) {
    const objset::ObjectSet set = objset::read_object_set(vault, root);
    objset::Walker(vault, set, {}, *this).run();
  }

  // The walk's visitor.
  void dnode_block(std::uint64_t, const objset::Entry&) {}
  void free_slot(std::uint64_t) {}
  void object(std::uint64_t, const objset::Dnode&) {}
  void hole(const objset::Dnode&, std::uint64_t, objset::Geometry::Blocks) {}
  void redacted(const objset::Dnode&, std::uint64_t, objset::Geometry::Blocks) {}
  void spill(std::uint64_t, const objset::Entry&) {}
  void meta_hole(objset::Geometry::Blocks) {}
  void data(const objset::Dnode& dnode, std::uint64_t object, std::uint64_t block,
            const objset::Entry& entry) {
    const Bytes stored = vault_.read(entry.where);
    Bytes opened(stored.size());
    REQUIRE(cipher_.open(entry.sealing, dnode.type, stored, opened));
    blocks_[object][block * dnode.block_size] =
        keys::test::decompress(opened, entry.compression, entry.logical_size);
  }

  /// All bytes of a file, holes as zeros.
  Bytes bytes_of(std::uint64_t object, std::uint64_t size) {
    Bytes all(size);
    for (const auto& [offset, block] : blocks_[object])
      if (offset < size)
        std::copy_n(block.begin(), std::min<std::uint64_t>(block.size(), size - offset),
                    all.begin() + static_cast<std::ptrdiff_t>(offset));
    return all;
  }
  /// The hash of integration/streams/manifest.py: of the pages that are not zero, and where.
  std::string hash_of_pages(std::uint64_t object, std::uint64_t size) {
    std::map<std::uint64_t, Bytes> pages;
    for (const auto& [offset, block] : blocks_[object])
      for (std::uint64_t at = offset; at < std::min(offset + block.size(), size);) {
        const std::uint64_t page = at / kPage * kPage;
        const std::uint64_t end = std::min({page + kPage, size, offset + block.size()});
        Bytes& bytes = pages[page];
        bytes.resize(std::min(kPage, size - page));
        std::copy(block.begin() + static_cast<std::ptrdiff_t>(at - offset),
                  block.begin() + static_cast<std::ptrdiff_t>(end - offset),
                  bytes.begin() + static_cast<std::ptrdiff_t>(at - page));
        at = end;
      }
    Bytes hashed;
    for (const auto& [at, page] : pages) {
      if (std::all_of(page.begin(), page.end(), [](auto byte) { return byte == 0; })) continue;
      const std::string place = fmt::format("{}:", at);
      hashed.insert(hashed.end(), place.begin(), place.end());
      hashed.insert(hashed.end(), page.begin(), page.end());
    }
    return hex(crypto::sha256(hashed));
  }

 private:
  const vault::Vault& vault_;
  BlockCipher cipher_;
  std::map<std::uint64_t, std::map<std::uint64_t, Bytes>> blocks_;
};

/// Beside the stream, for the snapshot it brings.
std::string beside(const ReferenceStream& stream, const std::string& suffix) {
  return fs::path(stream.path()).parent_path() / (stream.to + suffix);
}

/// Whether the manifest was made by manifest.py, not of whole files.
bool hashes_pages(const ReferenceStream& stream) {
  return fs::exists(fs::path(stream.path()).parent_path() / "KNOBS") ||
         stream.file.find("/gone/") != std::string::npos;
}

std::size_t check_files(Contents& contents, const ReferenceStream& stream) {
  const Bytes text =
      keys::test::unpack(sealift::test::read_file(beside(stream, ".manifest.json.zst")));
  std::size_t files = 0;
  const auto manifest = nlohmann::json::parse(text.begin(), text.end());
  for (const auto& [name, entry] : manifest.items()) {
    if (!entry.contains("sha256") || name == "volume") continue;
    INFO(name);
    const std::uint64_t object = entry["ino"];
    const std::uint64_t size = entry["size"];
    CHECK(entry["sha256"] == (hashes_pages(stream)
                                  ? contents.hash_of_pages(object, size)
                                  : hex(crypto::sha256(contents.bytes_of(object, size)))));
    ++files;
  }
  return files;
}

}  // namespace

TEST_CASE("Opened and decompressed, every file and volume is what ZFS had") {
  std::size_t files = 0;
  std::size_t volumes = 0;
  for (const ReferenceStream& stream : sealift::test::reference_streams()) {
    const bool is_next = stream.kind == "full" || (stream.kind == "incr" && stream.from == "s1");
    if (!stream.is_encrypted() || !is_next) continue;
    const bool has_volume = fs::exists(beside(stream, ".sha256"));
    if (!has_volume && !fs::exists(beside(stream, ".manifest.json.zst"))) continue;
    INFO(stream.file);
    KeyWorld world;
    world.receive(stream, "tank/sealed");
    Contents contents(world.vault(), world.open("tank/sealed", stream.key),
                      world.snapshot("tank/sealed", stream.to).objset);
    if (has_volume) {
      const Bytes hash = sealift::test::read_file(beside(stream, ".sha256"));
      CHECK(std::string(hash.begin(), hash.begin() + 64) ==
            hex(crypto::sha256(contents.bytes_of(kVolumeObject, kVolumeBytes))));
      ++volumes;
    } else {
      files += check_files(contents, stream);
    }
  }
  CHECK(files > 500);
  CHECK(volumes == 4);
}
