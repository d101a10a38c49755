// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/listing.h>
#include <sealift/receive.h>
#include <sealift/send.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/operations.h"
#include "support/streams.h"
#include "support/temp_directory.h"

namespace sealift::replicate::test {

namespace fs = std::filesystem;

inline Bytes reference(const std::string& file) {
  return sealift::test::read_file(SEALIFT_TEST_DATA "/streams/" + file);
}

/// Memory where there is some: what is tested here does not depend on the disk.
inline fs::path fast_directory() {
  return fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
}

/// A vault named "tank", so that what it sends has the names that ZFS gave it.
class ReceiveWorld {
 public:
  ReceiveWorld() : temp_(fast_directory()), vault_(make(directory())) {}
  /// A copy of another's committed state.
  ReceiveWorld(const ReceiveWorld& other) : temp_(fast_directory()), vault_(copy(other)) {}

  fs::path directory() const { return temp_.path() / "vault"; }
  fs::path reserve() const { return directory() / "segments" / "reserve"; }
  Vault& vault() { return vault_; }

  /// As a new process would see it; reclaims what an interrupted one left.
  void reopen() { vault_ = Vault::open(directory(), Vault::Access::kWrite); }

  ReceiveResult receive(ByteView stream, const ReceiveRequest& request) {
    sealift::test::MemorySource source(stream);
    return sealift::receive(vault_, source, request, observer(), moment());
  }
  /// Under its own name, parents made.
  ReceiveResult receive(ByteView stream) { return receive(stream, into("tank")); }
  ReceiveResult receive_file(const std::string& file) { return receive(reference(file)); }

  static ReceiveRequest into(const std::string& target) {
    ReceiveRequest request;
    request.target = target;
    if (target.find('/') == std::string::npos) request.naming = ReceiveNaming::kDropFirst;
    return request;
  }

  /// The error's text, or "received".
  std::string try_receive(ByteView stream, const ReceiveRequest& request) {
    try {
      receive(stream, request);
      return "received";
    } catch (const Error& error) {
      last_kind_ = error.kind();
      last_hint_ = error.hint();
      return error.what();
    }
  }
  std::string try_receive(ByteView stream) { return try_receive(stream, into("tank")); }
  ErrorKind last_kind() const { return last_kind_; }
  const std::string& last_hint() const { return last_hint_; }

  Bytes send(const std::string& snapshot, const std::string& from = {}) {
    SendRequest request;
    request.snapshot = snapshot;
    request.from = from;
    request.format = {true, true, true, true};
    return run(plan_send(fresh(), request));
  }
  Bytes send_rest(const std::string& token) {
    return run(plan_resumed_send(fresh(), token, {true, true, true, true}));
  }

  std::string property(const std::string& name, const std::string& property) {
    return Listing(fresh()).at(name).property(property).value;
  }
  std::vector<std::string> names(const std::string& top = "tank") {
    std::vector<std::string> found;
    for (const Entry& entry : Listing(fresh()).find(top, {})) found.push_back(entry.name());
    std::sort(found.begin(), found.end());
    return found;
  }
  catalog::Catalog catalog() { return catalog::open_catalog(fresh().inner()); }

  /// Every file of the vault but the locks and the space set aside.
  std::map<std::string, Bytes> files() const {
    std::map<std::string, Bytes> all;
    for (const auto& entry : fs::recursive_directory_iterator(directory()))
      if (entry.is_regular_file() && entry.file_size() != 0 && entry.path() != reserve())
        all[entry.path().filename()] = sealift::test::read_file(entry.path());
    return all;
  }

  Moment moment() { return {1'700'000'000, ++last_entropy_}; }
  std::vector<std::string> notes;
  std::vector<std::string> warnings;

 private:
  static Vault make(const fs::path& directory) {
    Vault::init(directory, {"tank", "fletcher4"}, {1'700'000'000, 1});
    return Vault::open(directory, Vault::Access::kWrite);
  }
  Vault copy(const ReceiveWorld& other) const {
    fs::create_directories(directory() / "segments");
    for (const auto& entry : fs::recursive_directory_iterator(other.directory()))
      if (entry.is_regular_file() && entry.path() != other.reserve())
        fs::copy_file(entry.path(), directory() / fs::relative(entry.path(), other.directory()));
    return Vault::open(directory(), Vault::Access::kWrite);
  }
  Vault& fresh() {
    vault_.refresh();
    return vault_;
  }
  static Bytes run(const SendPlan& plan) {
    sealift::test::MemorySink sink;
    plan.run(sink, [](std::size_t) {});
    return sink.bytes();
  }
  ReceiveObserver observer() {
    ReceiveObserver observer;
    observer.on_note = [this](const std::string& line) { notes.push_back(line); };
    observer.on_warning = [this](const std::string& line) { warnings.push_back(line); };
    return observer;
  }

  sealift::test::TempDirectory temp_;
  Vault vault_;
  std::uint64_t last_entropy_ = 100;
  ErrorKind last_kind_ = ErrorKind::kBug;
  std::string last_hint_;
};

}  // namespace sealift::replicate::test
