// SPDX-License-Identifier: Apache-2.0
// Random histories of everything that users do to keys and to the places of datasets: after each
// step, done or refused, every dataset opens with the key that its encryption root has.
#include <random>

#include "keys/key_change.h"
#include "keys/key_tree.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using namespace sealift::keys::test;
using catalog::DatasetId;

namespace {

constexpr std::size_t kMaxDatasets = 24;

/// In memory where there is some.
std::filesystem::path fast_directory() {
  return std::filesystem::is_directory("/dev/shm") ? "/dev/shm"
                                                   : std::filesystem::temp_directory_path();
}

class History {
 public:
  explicit History(std::uint32_t seed) : random_(seed) {}

  /// One step; what it says of itself goes into the report of a failure.
  std::string step() {
    vault_.refresh();
    all_ = catalog::with_descendants(catalog(), catalog().root());
    const std::string target = any();
    switch (random_() % 10) {
      case 0:
        return all_.size() < kMaxDatasets ? add_root(target) : destroy(target);
      case 1:
        return all_.size() < kMaxDatasets ? add_heir(target) : destroy(target);
      case 2:
        return all_.size() < kMaxDatasets ? add_clone(target) : destroy(target);
      case 3:
      case 4:
        return change(target);
      case 5:
      case 6:
        return inherit(target);
      case 7:
        return promote(target);
      default:
        return rename(target);
    }
  }

  /// Empty, or what does not open.
  std::string check() {
    vault_.refresh();
    const catalog::Catalog now = catalog();
    for (const DatasetRecord& each : catalog::with_descendants(now, now.root())) {
      if (!each.key) continue;
      const DatasetRecord root = encryption_root(now, each);
      const Wrapping own = own_wrapping(now, each);
      const std::string name = now.full_name(each.id) + " under " + now.full_name(root.id);
      if (root.key->encryption_root != root.id) return name + ", which is no root";
      const auto opened = MasterKey::unwrap(own, key_of(words_.at(each.id), {}));
      if (!opened || words_.at(each.id) != words_.at(root.id)) return name;
      if (!equal(opened->master().view(), ByteView(masters_.at(each.id).bytes).first(32)))
        return name + ", to another master key";
    }
    return {};
  }

  std::map<std::string, unsigned> done;

 private:
  catalog::Catalog catalog() const { return catalog::open_catalog(vault_.inner()); }
  std::string any() {
    const DatasetRecord& one = all_[random_() % all_.size()];
    return catalog().full_name(one.id);
  }
  std::string fresh_name(const std::string& parent) {
    return parent + "/d" + std::to_string(++last_);
  }
  std::string word() { return "word " + std::to_string(random_() % 5); }
  Moment moment() { return {1'700'000'000, ++entropy_}; }

  /// Runs `body`; a refusal is as good as anything.
  template <class Body>
  std::string attempt(const std::string& what, Body&& body) {
    try {
      body();
      ++done[what.substr(0, what.find(' '))];
      return what;
    } catch (const Error& error) {
      REQUIRE(error.kind() != ErrorKind::kBug);
      REQUIRE(error.kind() != ErrorKind::kDamaged);
      REQUIRE(error.kind() != ErrorKind::kWrongKey);
      return what + ": " + error.what();
    }
  }
  template <class Edit>
  void edit(Edit&& edit) {
    catalog::commit(vault_.inner(), [&](Catalog& catalog, vault::Transaction&) { edit(catalog); });
  }

  void seal(Catalog& catalog, DatasetRecord dataset, DatasetId root) {
    masters_[dataset.id] = Master::random();
    const Wrapping wrapping = masters_[dataset.id].wrap(key_of(words_.at(dataset.id), {}), {});
    dataset.key = catalog::KeyRecord{wrapping.suite, wrapping.key_guid, 1,
                                     catalog.add_wrapping(dataset.id, wrapping), root};
    catalog.update(dataset);
  }
  static DatasetRecord add(Catalog& catalog, const std::string& name) {
    DatasetRecord fresh;
    fresh.parent = catalog.get(catalog::parent_of(name)).id;
    fresh.name = catalog::last_component(name);
    return catalog.add_dataset(fresh);
  }
  std::string add_root(const std::string& parent) {
    return attempt("root below " + parent, [&] {
      const std::string key = word();
      edit([&](Catalog& catalog) {
        const DatasetRecord fresh = add(catalog, fresh_name(parent));
        words_[fresh.id] = key;
        seal(catalog, fresh, fresh.id);
      });
    });
  }
  std::string add_heir(const std::string& parent) {
    return attempt("heir below " + parent, [&] {
      edit([&](Catalog& catalog) {
        const auto key = catalog.get(parent).key;
        if (!key) fail(ErrorKind::kState, "not encrypted");
        const DatasetRecord fresh = add(catalog, fresh_name(parent));
        words_[fresh.id] = words_.at(key->encryption_root);
        seal(catalog, fresh, key->encryption_root);
      });
    });
  }
  /// As a received clone is made: with its origin's key.
  std::string add_clone(const std::string& of) {
    const std::string name = fresh_name(any());
    return attempt("clone " + of + " as " + name, [&] {
      edit([&](Catalog& catalog) {
        const DatasetRecord origin = catalog.get(of);
        if (!origin.key) fail(ErrorKind::kState, "not encrypted");
        catalog::NewSnapshot snapshot;
        snapshot.record.id = {origin.id, origin.next_birth};
        snapshot.record.name = "s" + std::to_string(last_);
        DatasetRecord clone;
        clone.parent = catalog.get(catalog::parent_of(name)).id;
        clone.name = catalog::last_component(name);
        clone.origin = catalog.add_snapshot(snapshot, {}).id;
        clone.key = origin.key;
        clone = catalog.add_dataset(clone);
        catalog.add_wrapping(clone.id, own_wrapping(catalog, origin));
        words_[clone.id] = words_.at(origin.id);
        masters_[clone.id] = masters_.at(origin.id);
      });
    });
  }

  ChangeKeyRequest request(const std::string& name, const std::string& fresh) {
    ChangeKeyRequest request;
    request.dataset = name;
    request.load = true;
    request.key.ask = [this, fresh](const KeyQuestion& question, ByteSpan into) {
      const bool is_new = question.purpose != KeyPurpose::kOpen;
      const std::string typed =
          material_of(is_new ? fresh : words_.at(catalog().get(question.dataset).id));
      std::copy(typed.begin(), typed.end(), into.begin());
      return typed.size();
    };
    return request;
  }
  /// All under one root have its key now.
  void note_family(DatasetId root, const std::string& key) {
    vault_.refresh();
    for (const DatasetId id : catalog().encryption_heirs(root)) words_[id] = key;
  }
  std::string change(const std::string& name) {
    const std::string key = word();
    return attempt("change " + name + " to " + key, [&] {
      ChangeKeyRequest changing = request(name, key);
      changing.properties = {{"keyformat", "raw"}};
      change_key(vault_, changing, {}, moment());
      note_family(catalog().get(name).id, key);
    });
  }
  std::string inherit(const std::string& name) {
    return attempt("inherit " + name, [&] {
      inherit_key(vault_, request(name, {}), {}, moment());
      vault_.refresh();
      const DatasetId root = catalog().get(name).key->encryption_root;
      note_family(root, words_.at(root));
    });
  }
  std::string promote(const std::string& name) {
    return attempt("promote " + name, [&] { sealift::promote(vault_, name); });
  }
  std::string rename(const std::string& name) {
    const std::string to = fresh_name(any());
    return attempt("rename " + name + " to " + to,
                   [&] { sealift::rename(vault_, name, to, {}, moment()); });
  }
  std::string destroy(const std::string& name) {
    DestroyOptions options;
    options.recursive = true;
    options.dependents = random_() % 2 == 0;
    return attempt("destroy " + name, [&] {
      if (name == "dr") fail(ErrorKind::kState, "not all at once");
      sealift::destroy(vault_, name, options);
    });
  }

  static Vault make(const std::filesystem::path& directory) {
    Vault::init(directory, {"dr", "fletcher4"}, {1'700'000'000, 1});
    return Vault::open(directory, Vault::Access::kWrite);
  }

  std::mt19937 random_;
  sealift::test::TempDirectory temp_{fast_directory()};
  Vault vault_ = make(temp_.path() / "vault");
  std::vector<DatasetRecord> all_;
  std::map<DatasetId, std::string> words_;
  std::map<DatasetId, Master> masters_;
  unsigned last_ = 0;
  std::uint64_t entropy_ = 100;
};

}  // namespace

TEST_CASE("whatever is done to keys and places, every dataset opens with its root's key") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  History history(seed);
  std::vector<std::string> steps;
  for (unsigned step = 0; step < 700; ++step) {
    steps.push_back(history.step());
    const std::string closed = history.check();
    if (closed.empty()) continue;
    for (const std::string& each : steps) UNSCOPED_INFO(each);
    FAIL(closed);
  }
  for (const char* what :
       {"root", "heir", "clone", "change", "inherit", "promote", "rename", "destroy"}) {
    CAPTURE(what);
    CHECK(history.done[what] > 0);
  }
}
