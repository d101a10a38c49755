// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "dataset/extended_attributes.h"
#include "dataset/file_reader.h"
#include "keys/key_world.h"
#include "support/unpack.h"

namespace sealift::dataset::test {

using keys::test::KeyWorld;
using sealift::test::ReferenceStream;

/// The snapshot that a reference stream brings, received into a vault of its own and opened.
class OpenSnapshot {
 public:
  explicit OpenSnapshot(const ReferenceStream& stream) {
    world_.receive(stream, "tank/received");
    if (stream.is_encrypted()) key_.emplace(world_.open("tank/received", stream.key));
    plaintext_.emplace(world_.vault(), world_.snapshot("tank/received", stream.to).objset,
                       key_ ? &*key_ : nullptr);
  }
  Plaintext& plaintext() { return *plaintext_; }

 private:
  KeyWorld world_;
  std::optional<keys::MasterKey> key_;
  std::optional<Plaintext> plaintext_;
};

/// The file beside a stream's which tells of the snapshot that it brings.
inline std::string beside(const ReferenceStream& stream, const std::string& suffix) {
  return std::filesystem::path(stream.path()).parent_path() / (stream.to + suffix);
}

inline bool has_manifest(const ReferenceStream& stream) {
  return std::filesystem::exists(beside(stream, ".manifest.json.zst"));
}

inline nlohmann::json manifest(const ReferenceStream& stream) {
  const Bytes text =
      sealift::test::unpack(sealift::test::read_file(beside(stream, ".manifest.json.zst")));
  return nlohmann::json::parse(text.begin(), text.end());
}

}  // namespace sealift::dataset::test
