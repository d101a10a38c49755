// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "model/model.h"
#include "model/site.h"

namespace sealift::model {

/// A random history over three vaults, each step of it checked against the model. Whatever differs
/// throws std::runtime_error, which names seed and step.
class History {
 public:
  explicit History(std::uint64_t seed);

  void run(std::size_t steps);

  /// How often each kind of step did something, and how often it was refused as it had to be.
  struct Count {
    std::size_t done = 0;
    std::size_t refused = 0;
  };
  const std::map<std::string, Count>& counts() const { return counts_; }

 private:
  static constexpr std::size_t kSites = 3;
  static constexpr std::size_t kMostSnapshots = 7;  ///< of a dataset

  struct Place {
    explicit Place(std::uint64_t seed) : site(seed) {}
    Site site;
    Model model;
    std::set<std::string> proven;  ///< object sets that were opened and found right
  };
  /// A dataset somewhere.
  struct Chosen {
    Place* place = nullptr;
    std::string name;
    Dataset* dataset = nullptr;

    explicit operator bool() const { return dataset != nullptr; }
  };

  void step();
  void create();
  void write();
  void race();
  void snapshot();
  void add_snapshot(const Chosen& at, const std::string& name);
  void send();
  void send_clone();
  void send_package();
  void send_wrong();
  void change_key();
  void rotate(const Chosen& at);
  void inherit_key();
  void rename();
  void roll_back();
  void destroy_snapshot();
  void destroy_dataset();

  // -- choices
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  bool one_in(std::uint64_t n) { return draw(n) == 0; }
  Place& any_place() { return places_[draw(kSites)]; }
  Chosen any_dataset(Place& place);
  Chosen dataset_with_snapshots();
  std::optional<std::string> free_name(const Place& place);
  keys::Derivation any_derivation();
  ReceiveRequest request_for(const std::string& target);

  // -- what streams are made of
  /// Does `edit` to the vault of `place`; the power may fail. `wanted` is the model if it is done.
  void commit(Place& place, Model wanted, const std::function<void(Site&)>& edit);
  /// By the operations of the keyring: what users do.
  void change_key_of(const Chosen& at, const Model& wanted, WrappingKeyId fresh);
  void inherit_key_of(const Chosen& at, const Model& wanted, const std::string& root);
  /// Receives; the power may fail, the stream may break off and go on. True if it was received.
  struct Delivery {
    Place& to;
    const Bytes& stream;
    ReceiveRequest request;
    Model wanted;
    Verdict verdict;
    Place* sender;             ///< null: nobody who could send the rest
    std::string sent;          ///< the dataset there
    catalog::WrappingId with;  ///< wrapping in the stream
  };
  bool deliver(const Delivery& delivery);
  void resume(const Delivery& delivery, const std::string& token);
  void lose_power(Place& place, const Model& wanted);
  Brought brought_by(const Dataset& from, const Snapshot* base, const Snapshot& to);
  StreamFacts facts(const std::string& name, const Snapshot& snapshot);
  Snapshot new_snapshot(std::shared_ptr<const Contents> contents);
  struct Next {
    Snapshot snapshot;
    StreamFacts told;  ///< of its increment
  };
  /// What somebody with the key writes behind the newest snapshot.
  Next write_next(const Chosen& at, Sealer& sealer);
  catalog::Wrapping own_wrapping(Place& place, const std::string& name);
  keys::MasterKey open(Place& place, const std::string& name);
  /// How heirs of a root are wrapped from now on.
  struct NewWrapping {
    WrappingKeyId key = 0;
    keys::Derivation derivation;
    catalog::DatasetId root;
  };
  void rewrap(catalog::Change& change, const catalog::DatasetRecord& dataset, WrappingKeyId now,
              const NewWrapping& wanted);

  // -- checks
  void check(Place& place);
  std::string difference(Place& place, const Model& model);
  std::string difference(catalog::Catalog& catalog, Place& place, const Model& model,
                         const std::string& name);
  std::string contents_difference(Place& place, const catalog::SnapshotRecord& record,
                                  const keys::MasterKey& key, const Snapshot& wanted);
  void count(bool done);
  [[noreturn]] void fail(const std::string& what) const;

  std::uint64_t seed_;
  Random random_;
  std::vector<Place> places_;
  std::uint64_t last_ = 0;  ///< number of whatever was made last
  std::size_t step_ = 0;
  bool did_ = false;  ///< something, in this step
  const char* doing_ = "";
  std::map<std::string, Count> counts_;
};

}  // namespace sealift::model
