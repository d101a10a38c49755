// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keyring.h>

#include <deque>
#include <filesystem>
#include <map>

#include "base/endian.h"
#include "catalog/commit.h"
#include "catalog/name.h"
#include "catalog/operations.h"
#include "crypto/aead.h"
#include "keys/key_records.h"
#include "keys/master_key.h"
#include "os/random.h"
#include "support/memory_keyring.h"
#include "support/temp_directory.h"

namespace sealift::keys::test {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::Wrapping;

/// Material that is right for every format but hex: as many bytes as a raw key has.
inline std::string material_of(std::string_view word) {
  return fmt::format("{:-<{}}", word, WrappingKey::kBytes);
}

inline WrappingKey key_of(const std::string& word, const Derivation& derivation) {
  return WrappingKey::derive(crypto::Secret::copy_of(as_bytes(material_of(word))), derivation);
}

/// What a dataset's blocks would be encrypted with: master and HMAC key in one.
struct Master {
  std::uint64_t guid = 0;
  std::uint64_t suite = 8;
  Bytes bytes = Bytes(96);

  static Master random() {
    Master master;
    master.guid = os::system_random().guid();
    os::system_random().fill(master.bytes);
    return master;
  }

  /// As OpenZFS wraps it.
  Wrapping wrap(const WrappingKey& key, const Derivation& derivation) const {
    Wrapping wrapping;
    wrapping.suite = suite;
    wrapping.key_guid = guid;
    wrapping.version = 1;
    wrapping.key_format = static_cast<std::uint64_t>(derivation.format);
    wrapping.pbkdf2_salt = derivation.pbkdf2_salt;
    wrapping.pbkdf2_iters = derivation.pbkdf2_iterations;
    os::system_random().fill(wrapping.iv);
    std::array<std::uint8_t, 24> binding{};
    store(binding.data(), guid);
    store(binding.data() + 8, suite);
    store(binding.data() + 16, wrapping.version);
    Bytes sealed(bytes.size());
    crypto::Aead aead(crypto::AeadMode::kGcm, key.bytes());
    wrapping.mac = aead.seal({wrapping.iv, binding}, bytes, sealed);
    std::copy_n(sealed.begin(), 32, wrapping.master_key.begin());
    std::copy_n(sealed.begin() + 32, 64, wrapping.hmac_key.begin());
    return wrapping;
  }
};

/// Encrypted datasets without contents, in any vault, and what must open them.
class Secrets {
 public:
  explicit Secrets(KeyFormat format = KeyFormat::kRaw) : format_(format) {}

  /// Adds `name` with a master key of its own, wrapped with the key of `root`, which is made of
  /// `word`.
  void add(vault::Vault& vault, const std::string& name, const std::string& root,
           const std::string& word) {
    masters_[name] = Master::random();
    catalog::commit(vault, [&](Catalog& catalog, vault::Transaction&) {
      DatasetRecord fresh;
      fresh.parent = catalog.get(catalog::parent_of(name)).id;
      fresh.name = catalog::last_component(name);
      fresh.guid = os::system_random().guid();
      fresh = catalog.add_dataset(fresh);
      encrypt(catalog, fresh, {root, word});
    });
    vault.refresh();
  }

  /// A wrapping of the dataset's master key under `word`, as a stream would bring it.
  Wrapping wrapped(const std::string& name, const std::string& word, std::uint64_t salt) const {
    const Derivation derivation = derived(salt);
    Wrapping wrapping = masters_.at(name).wrap(key_of(word, derivation), derivation);
    wrapping.from = "peer" + name.substr(name.find('/')) + "@s1";
    wrapping.arrived_seconds = 1'700'000'000;
    return wrapping;
  }

  /// True if the key made of `word` opens the wrapping in force, and that holds the dataset's
  /// master key.
  bool opens(const Catalog& catalog, const std::string& name, const std::string& word) const {
    const Wrapping own = own_wrapping(catalog, catalog.get(name));
    const Derivation derivation = derivation_of(own);
    if (derivation.format == KeyFormat::kHex) return false;
    const auto opened = MasterKey::unwrap(own, key_of(word, derivation));
    if (!opened) return false;
    const Bytes& bytes = masters_.at(name).bytes;
    return equal(opened->master().view(), ByteView(bytes).first(32)) &&
           equal(opened->hmac().view(), ByteView(bytes).subspan(32));
  }
  void same_master(const std::string& of, const std::string& as) { masters_[of] = masters_.at(as); }

 private:
  struct Under {
    std::string root;
    std::string word;
  };
  void encrypt(Catalog& catalog, DatasetRecord dataset, const Under& under) {
    const std::string name = catalog.full_name(dataset.id);
    const catalog::DatasetId root = catalog.get(under.root).id;
    const std::uint64_t salt = format_ == KeyFormat::kPassphrase ? root.value : 0;
    Wrapping wrapping = wrapped(name, under.word, salt);
    dataset.key = catalog::KeyRecord{wrapping.suite, wrapping.key_guid, 1,
                                     catalog.add_wrapping(dataset.id, wrapping), root};
    catalog.update(dataset);
  }
  Derivation derived(std::uint64_t salt) const {
    if (format_ == KeyFormat::kPassphrase) return {format_, salt, 10};
    return {format_, 0, 0};
  }

  KeyFormat format_;
  std::map<std::string, Master> masters_;
};

/// A vault "dr", a keyring, and somebody who types.
class KeyTree {
 public:
  explicit KeyTree(KeyFormat format = KeyFormat::kRaw)
      : vault_(make(directory())), secrets(format) {}

  Vault& vault() { return vault_; }
  std::filesystem::path directory() const { return temp_.path() / "vault"; }
  Catalog catalog() {
    vault_.refresh();
    return catalog::open_catalog(vault_.inner());
  }
  template <class Edit>
  void edit(Edit&& edit) {
    catalog::commit(vault_.inner(), [&](Catalog& catalog, vault::Transaction&) { edit(catalog); });
    vault_.refresh();
  }

  void root(const std::string& name, const std::string& word) {
    secrets.add(vault_.inner(), name, name, word);
  }
  void heir(const std::string& name, const std::string& root, const std::string& word) {
    secrets.add(vault_.inner(), name, root, word);
  }
  /// Puts a wrapping beside the one in force. Returns its id.
  std::string journal(const std::string& name, const Wrapping& wrapping) {
    edit([&](Catalog& now) { now.add_wrapping(now.get(name).id, wrapping); });
    return catalog::to_text(wrapping.id());
  }

  bool opens(const std::string& name, const std::string& word) {
    return secrets.opens(catalog(), name, word);
  }
  std::string root_of(const std::string& name) { return property(name, "encryptionroot"); }
  std::string property(const std::string& name, const std::string& property) {
    vault_.refresh();
    return Listing(vault_, loaded_in(vault_, ring)).at(name).property(property).value;
  }

  /// What is typed next.
  KeyTree& type(const std::string& word) {
    typed_.push_back(word);
    return *this;
  }
  KeyAccess access(const std::string& location = {}) {
    KeyAccess access;
    access.location = location;
    access.loaded = &ring;
    access.is_person = is_person;
    access.ask = [this](const KeyQuestion& question, ByteSpan into) {
      asked.push_back(question);
      if (typed_.empty()) fail(ErrorKind::kUsage, "nothing was typed");
      const std::string answer = typed_.front();
      typed_.pop_front();
      std::copy(answer.begin(), answer.end(), into.begin());
      return answer.size();
    };
    return access;
  }

  std::string load(const std::string& name, const std::string& word) {
    type(material_of(word));
    LoadKeysRequest request;
    request.dataset = name;
    request.key = access("prompt");
    return told([&] { load_keys(vault_, request, observer()); });
  }
  std::string change(const std::string& name, const Properties& properties = {}) {
    return told([&] { change_key(vault_, request(name, properties), observer(), moment()); });
  }
  std::string inherit(const std::string& name) {
    return told([&] { inherit_key(vault_, request(name, {}), observer(), moment()); });
  }
  std::string adopt(const std::string& name, const std::string& id, const std::string& word) {
    type(material_of(word));
    return told([&] { adopt_wrapping(vault_, {name, id, access("prompt")}); });
  }
  ChangeKeyRequest request(const std::string& name, const Properties& properties) {
    ChangeKeyRequest request;
    request.dataset = name;
    request.properties = properties;
    request.load = loads_first;
    request.key = access();
    return request;
  }
  KeyObserver observer() {
    KeyObserver observer;
    observer.on_warning = [this](const std::string& line) { warnings.push_back(line); };
    observer.on_error = [this](const Error& error) { errors.emplace_back(error.what()); };
    return observer;
  }
  /// The error, or "done". What was not read of what was typed is forgotten.
  template <class Body>
  std::string told(Body&& body) {
    std::string text = "done";
    vault_.refresh();
    try {
      body();
    } catch (const Error& error) {
      text = error.what();
      last_kind = error.kind();
    }
    typed_.clear();
    vault_.refresh();
    return text;
  }
  static Moment moment() { return {1'700'000'100, os::system_random().guid()}; }

 private:
  static Vault make(const std::filesystem::path& directory) {
    Vault::init(directory, {"dr"}, {1'700'000'000, 1});
    return Vault::open(directory, Vault::Access::kWrite);
  }

  sealift::test::TempDirectory temp_;
  Vault vault_;
  std::deque<std::string> typed_;

 public:
  Secrets secrets;
  sealift::test::MemoryKeyring ring;
  std::vector<KeyQuestion> asked;
  std::vector<std::string> warnings;
  std::vector<std::string> errors;
  ErrorKind last_kind = ErrorKind::kBug;
  bool is_person = false;
  bool loads_first = false;
};

}  // namespace sealift::keys::test
