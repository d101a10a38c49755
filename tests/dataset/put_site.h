// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keyring.h>
#include <sealift/put.h>

#include <filesystem>
#include <fstream>

#include "catalog/operations.h"
#include "dataset/file_reader.h"
#include "dataset/file_system.h"
#include "keys/key_chain.h"
#include "support/memory_keyring.h"
#include "support/temp_directory.h"

namespace sealift::dataset::test {

/// A vault "dr" and a directory beside it that is put there.
class Site {
 public:
  Site() : vault_(open_new()) { std::filesystem::create_directory(source()); }

  std::filesystem::path source() const { return directory_ / "source"; }
  std::filesystem::path path(const std::string& name) const { return source() / name; }
  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(path(name).parent_path());
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

  static Properties sealed() {
    return {{"encryption", "on"}, {"keyformat", "raw"}, {"keylocation", "prompt"}};
  }
  void create(const std::string& name, const Properties& properties,
              std::optional<std::uint64_t> volume_bytes = {}) {
    CreateRequest request;
    request.name = name;
    request.options.properties = properties;
    request.options.volume_bytes = volume_bytes;
    request.key = access();
    create_dataset(vault_, request, {}, moment());
  }
  PutTotals put(const std::string& dataset, PutRequest request = {}) {
    if (request.source.empty()) request.source = source();
    request.dataset = dataset;
    request.key = access();
    changes.clear();
    PutObserver observer;
    observer.on_change = [&](char what, const std::string& at) {
      changes += std::string(changes.empty() ? "" : " ") + what + at;
    };
    return sealift::put(vault_, request, observer, moment());
  }
  void snapshot(const std::string& name) { take_snapshots(vault_, {name}, {}, moment()); }
  /// Faults that the key finds in all snapshots.
  std::uint64_t faults(const std::string& dataset) {
    VerifyRequest request;
    request.target = dataset;
    request.key = access();
    return verify(vault_, request, {});
  }

  /// What the head of a dataset holds.
  struct Head {
    keys::KeyChain chain;
    std::optional<keys::MasterKey> key;
    std::optional<Plaintext> contents;
  };
  std::unique_ptr<Head> open(const std::string& dataset) {
    access_ = access();
    auto head = std::make_unique<Head>(Head{keys::KeyChain(access_), {}, {}});
    const catalog::Catalog catalog = catalog::open_catalog(vault_.inner());
    const catalog::DatasetRecord record = catalog.get(dataset);
    if (record.key) head->key.emplace(*head->chain.open(catalog, record));
    head->contents.emplace(vault_.inner(), record.head.objset, head->key ? &*head->key : nullptr);
    return head;
  }

  Vault& vault() { return vault_; }
  Moment moment() { return {1'700'000'000, ++entropy_}; }

  std::string changes;  ///< of the last put

  /// The key of all that is encrypted here.
  KeyAccess access() {
    KeyAccess access;
    access.loaded = &keyring_;
    access.ask = [](const KeyQuestion&, ByteSpan into) {
      std::fill_n(into.begin(), 32, std::uint8_t{7});
      return std::size_t{32};
    };
    return access;
  }

 private:
  Vault open_new() const {
    Vault::init(directory_ / "vault", {"dr"}, {1'700'000'000, 1});
    return Vault::open(directory_ / "vault", Vault::Access::kWrite);
  }

  sealift::test::TempDirectory directory_;
  sealift::test::MemoryKeyring keyring_;
  KeyAccess access_;
  Vault vault_;
  std::uint64_t entropy_ = 1;
};

inline std::string all_of(FileReader reader) {
  Bytes bytes(reader.size());
  reader.read(0, bytes);
  return {bytes.begin(), bytes.end()};
}

}  // namespace sealift::dataset::test
