// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/send.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "catalog/commit.h"
#include "catalog/operations.h"
#include "replicate/receive_stream.h"
#include "stream/reader.h"
#include "support/streams.h"
#include "support/temp_directory.h"

namespace sealift::replicate::test {

using sealift::test::MemorySink;
using sealift::test::MemorySource;

/// The reference stream `file` (below data/streams).
inline Bytes reference(const std::string& file) {
  return sealift::test::read_file(SEALIFT_TEST_DATA "/streams/" + file);
}

/// Text of a file there.
inline std::string reference_text(const std::string& file) {
  const Bytes bytes = reference(file);
  return {bytes.begin(), bytes.end()};
}

/// A vault named "tank", so that what it sends has the names that ZFS gave it.
class SendWorld {
 public:
  SendWorld() : vault_(make(temp_.path() / "vault")) {}

  Vault& vault() { return vault_; }
  std::string directory() const { return (temp_.path() / "vault").native(); }
  catalog::Catalog catalog() const { return catalog::open_catalog(vault_.inner()); }

  template <class Edit>
  void edit(Edit&& edit) {
    vault_.refresh();
    catalog::commit(vault_.inner(),
                    [&](catalog::Catalog& catalog, vault::Transaction&) { edit(catalog); });
    vault_.refresh();
  }

  /// Receives a single stream, or each of a package, under the names they bear; `rename` gives
  /// another dataset. Lists of packages are put into the catalog as far as they concern sending.
  void receive(const Bytes& bytes, const std::string& rename = "") {
    MemorySource source(bytes);
    stream::Reader reader(source);
    while (const stream::Reader::Item* item = reader.next()) {
      const auto* begin = std::get_if<stream::Begin>(&item->record);
      if (begin == nullptr) continue;
      if (begin->header_type() == stream::HeaderType::kCompound) {
        if (reader.begin_payload()) list_ = reader.begin_payload()->list;
        continue;
      }
      const std::size_t at = begin->to_name.find('@');
      Destination destination;
      destination.dataset = rename.empty() ? begin->to_name.substr(0, at) : rename;
      destination.snapshot = begin->to_name.substr(at + 1);
      destination.plain_below_sealed = PlainBelowSealed::kAllow;
      make_parents(destination.dataset);
      vault_.refresh();
      Stage stage(vault_.inner(), {1'700'000'000, ++last_entropy_}, Stage::Mode::kCommit);
      Reception reception{stage, reader, os::system_clock(), {}, {}};
      receive_stream(reception, {*item, begin_arrival(reader, *item), destination, {}, {}});
    }
    vault_.refresh();
    if (list_) apply_list(*list_);
    list_.reset();
  }

  /// What the list of a package says, without its streams.
  void tell(const Bytes& package) {
    stream::Reader reader{ByteView(package)};
    reader.next();
    apply_list(reader.begin_payload()->list);
  }

  Bytes send(const SendRequest& request) {
    MemorySink sink;
    plan_send(vault_, request).run(sink, [](std::size_t) {});
    return sink.bytes();
  }

 private:
  static Vault make(const std::filesystem::path& directory) {
    Vault::init(directory, {"tank"}, {1'700'000'000, 1});
    return Vault::open(directory, Vault::Access::kWrite);
  }

  void make_parents(const std::string& dataset) {
    for (std::size_t slash = dataset.find('/'); slash != std::string::npos;
         slash = dataset.find('/', slash + 1)) {
      const std::string parent = dataset.substr(0, slash);
      if (!catalog().find(parent))
        create_dataset(vault_, parent, {}, {1'700'000'000, ++last_entropy_});
    }
  }

  void apply_list(const stream::Nvlist& list) {
    edit([&](catalog::Catalog& catalog) {
      for (const auto& [guid, type, value] : list.get_nvlist("fss")->pairs())
        apply_entry(catalog, std::stoull(guid, nullptr, 16),
                    std::get<std::vector<stream::Nvlist>>(value).front());
    });
  }

  static void apply_entry(catalog::Catalog& catalog, std::uint64_t guid,
                          const stream::Nvlist& entry) {
    catalog::DatasetRecord dataset = catalog.get(*entry.get_string("name"));
    dataset.guid = guid;
    const auto root = catalog.dataset(dataset.parent).key;
    if (dataset.key && root && !entry.contains("is_encroot"))
      dataset.key->encryption_root = root->encryption_root;
    catalog.update(dataset);
    if (const auto* properties = entry.get_nvlist("props"))
      for (const auto& [name, type, value] : properties->pairs())
        catalog.put_property({dataset.id, {}}, name, received(value));
    if (const auto* snapshots = entry.get_nvlist("snapholds"))
      for (const auto& [name, type, value] : snapshots->pairs())
        hold(catalog, catalog.find_snapshot(dataset.id, name).value(),
             std::get<std::vector<stream::Nvlist>>(value).front());
  }

  static catalog::PropertyRecord received(const stream::Nvlist::Value& value) {
    catalog::PropertyRecord record;
    if (const auto* number = std::get_if<std::uint64_t>(&value)) {
      record.received = *number;
    } else {
      record.received = std::get<std::string>(value);
    }
    return record;
  }

  static void hold(catalog::Catalog& catalog, const catalog::SnapshotRecord& snapshot,
                   const stream::Nvlist& holds) {
    for (const auto& [tag, type, value] : holds.pairs())
      catalog.add_hold(snapshot.id,
                       {tag, static_cast<std::int64_t>(std::get<std::uint64_t>(value))});
  }

  sealift::test::TempDirectory temp_;
  Vault vault_;
  std::optional<stream::Nvlist> list_;
  std::uint64_t last_entropy_ = 100;
};

/// A stream taken apart, to compare what a package says rather than the order in which ZFS's
/// salted hash tables gave it out.
struct Parts {
  std::optional<stream::Nvlist> list;
  std::vector<std::pair<std::string, Bytes>> streams;  ///< toname and all bytes, sorted

  static Parts of(const Bytes& bytes) {
    Parts parts;
    stream::Reader reader{ByteView(bytes)};
    std::uint64_t start = 0;
    std::string name;
    while (const stream::Reader::Item* item = reader.next()) {
      if (const auto* begin = std::get_if<stream::Begin>(&item->record)) {
        const bool is_head = begin->header_type() == stream::HeaderType::kCompound;
        if (is_head && reader.begin_payload()) parts.list = sorted(reader.begin_payload()->list);
        start = item->offset;
        name = begin->to_name;
      } else if (std::holds_alternative<stream::End>(item->record)) {
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(start);
        const auto last = bytes.begin() + static_cast<std::ptrdiff_t>(reader.offset());
        // The head's bytes are its list's.
        if (!parts.list || start != 0) parts.streams.emplace_back(name, Bytes(first, last));
      }
    }
    std::sort(parts.streams.begin(), parts.streams.end());
    return parts;
  }

  /// `list` with the pairs of every list in it in the order of their names.
  static stream::Nvlist sorted(const stream::Nvlist& list) {
    std::vector<stream::Nvlist::Pair> pairs = list.pairs();
    for (stream::Nvlist::Pair& pair : pairs)
      if (auto* lists = std::get_if<std::vector<stream::Nvlist>>(&pair.value))
        for (stream::Nvlist& each : *lists) each = sorted(each);
    std::sort(pairs.begin(), pairs.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    stream::Nvlist result(list.flags());
    for (stream::Nvlist::Pair& pair : pairs) result.append(std::move(pair));
    return result;
  }

  bool operator==(const Parts&) const = default;
};

/// What `zfs send -P` would have printed, without the sizes: ZFS estimates them.
inline std::string lines_of(const SendPlan& plan) {
  std::string lines;
  for (const PlannedStream& each : plan.streams())
    lines += each.from.empty() ? "full\t" + each.name + "\n"
                               : "incremental\t" + each.from + "\t" + each.name + "\n";
  return lines;
}

/// The same of a reference, sorted by line where `plan` may have another order of datasets.
inline std::string without_sizes(const std::string& text) {
  std::string lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    if (line.rfind("full\t", 0) == 0 || line.rfind("incremental\t", 0) == 0)
      lines += line.substr(0, line.rfind('\t')) + "\n";
    start = end + 1;
  }
  return lines;
}

}  // namespace sealift::replicate::test
