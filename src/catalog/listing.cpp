// SPDX-License-Identifier: Apache-2.0
#include <sealift/listing.h>

#include <set>

#include "base/error.h"
#include "catalog/item.h"
#include "catalog/name.h"
#include "vault/vault.h"

namespace sealift {

using catalog::DatasetRecord;
using catalog::Item;
using catalog::NameKind;

struct Listing::Impl {
  Impl(const Vault& vault, IsKeyLoaded is_key_loaded)
      : shelf(vault.inner(), vault.inner().root().catalog) {
    shelf.available_bytes = vault.available_bytes();
    shelf.is_key_loaded = std::move(is_key_loaded);
  }

  catalog::Shelf shelf;
};

namespace {

constexpr std::string_view kWrittenSince = "written@";

bool takes(const Listing::Selection& selection, EntryType type) {
  return (selection.types & static_cast<unsigned>(type)) != 0;
}

EntryType type_of(const DatasetRecord& dataset) {
  return dataset.type == catalog::DatasetType::kVolume ? EntryType::kVolume
                                                       : EntryType::kFilesystem;
}

/// Gathers the entries of one dataset and of those below it.
class Finder {
 public:
  Finder(const catalog::Shelf& shelf, const Listing::Selection& selection)
      : shelf_(shelf), selection_(selection) {}

  /// `depth` is how far `dataset` is below the name that was asked for.
  void visit(DatasetRecord record, const std::string& name, unsigned depth) {
    const auto dataset = std::make_shared<const DatasetRecord>(std::move(record));
    if (takes(selection_, type_of(*dataset))) {
      add({&shelf_, type_of(*dataset), name, dataset, {}, {}});
    }
    if (depth >= selection_.depth) return;
    visit_snapshots(dataset, name);
    visit_bookmarks(dataset, name);
    for (DatasetRecord& child : shelf_.catalog.children(dataset->id)) {
      const std::string child_name = name + '/' + child.name;
      visit(std::move(child), child_name, depth + 1);
    }
  }

  void add(Item item) { found_.emplace_back(std::make_shared<const Item>(std::move(item))); }
  std::vector<Entry> take() { return std::move(found_); }

 private:
  void visit_snapshots(const std::shared_ptr<const DatasetRecord>& dataset,
                       const std::string& name) {
    if (!takes(selection_, EntryType::kSnapshot)) return;
    shelf_.catalog.each_snapshot(dataset->id, [&](const catalog::SnapshotRecord& snapshot) {
      add({&shelf_, EntryType::kSnapshot, name + '@' + snapshot.name, dataset, snapshot, {}});
      return true;
    });
  }

  void visit_bookmarks(const std::shared_ptr<const DatasetRecord>& dataset,
                       const std::string& name) {
    if (!takes(selection_, EntryType::kBookmark)) return;
    for (const catalog::BookmarkRecord& bookmark : shelf_.catalog.bookmarks(dataset->id)) {
      add({&shelf_, EntryType::kBookmark, name + '#' + bookmark.name, dataset, {}, bookmark});
    }
  }

  const catalog::Shelf& shelf_;
  const Listing::Selection& selection_;
  std::vector<Entry> found_;
};

Item find_item(const catalog::Shelf& shelf, const catalog::Name& name, DatasetRecord record) {
  const auto dataset = std::make_shared<const DatasetRecord>(std::move(record));
  if (name.kind == NameKind::kSnapshot) {
    const auto snapshot = shelf.catalog.find_snapshot(dataset->id, name.item);
    if (!snapshot) {
      fail(ErrorKind::kState, "cannot open '{}': dataset does not exist", name.full());
    }
    return {&shelf, EntryType::kSnapshot, name.full(), dataset, snapshot, {}};
  }
  if (name.kind == NameKind::kBookmark) {
    const auto bookmark = shelf.catalog.find_bookmark(dataset->id, name.item);
    if (!bookmark) {
      fail(ErrorKind::kState, "cannot open '{}': bookmark does not exist", name.full());
    }
    return {&shelf, EntryType::kBookmark, name.full(), dataset, {}, bookmark};
  }
  return {&shelf, type_of(*dataset), name.full(), dataset, {}, {}};
}

}  // namespace

Listing::Listing(const Vault& vault, IsKeyLoaded is_key_loaded)
    : impl_(std::make_unique<Impl>(vault, std::move(is_key_loaded))) {}
Listing::~Listing() = default;

std::vector<Entry> Listing::find(const std::string& text, const Selection& selection) const {
  const catalog::Name name = catalog::parse_name(text);
  DatasetRecord dataset = impl_->shelf.catalog.get(name.dataset);
  Finder finder(impl_->shelf, selection);
  if (name.kind == NameKind::kDataset) {
    finder.visit(std::move(dataset), name.dataset, 0);
  } else {
    Item item = find_item(impl_->shelf, name, std::move(dataset));
    if (takes(selection, item.type)) finder.add(std::move(item));
  }
  return finder.take();
}

Entry Listing::at(const std::string& text) const {
  const catalog::Name name = catalog::parse_name(text);
  return Entry(std::make_shared<const Item>(
      find_item(impl_->shelf, name, impl_->shelf.catalog.get(name.dataset))));
}

const std::string& Entry::name() const {
  return item_->name;
}

EntryType Entry::type() const {
  return item_->type;
}

std::string Entry::dataset() const {
  return item_->name.substr(0, item_->name.find_first_of("@#"));
}

std::string Entry::item_name() const {
  const std::size_t at = item_->name.find_first_of("@#");
  return at == std::string::npos ? "" : item_->name.substr(at + 1);
}

std::uint64_t Entry::createtxg() const {
  if (item_->snapshot) return item_->snapshot->createtxg.value;
  if (item_->bookmark) return item_->bookmark->createtxg.value;
  return item_->dataset->createtxg.value;
}

Property Entry::property(std::string_view name) const {
  if (name.starts_with(kWrittenSince)) {
    return catalog::written_since(*item_, name.substr(kWrittenSince.size()));
  }
  const catalog::NativeProperty* native = catalog::find_native(name);
  if (native == nullptr) return catalog::stored_property(*item_, name);
  if ((native->types & static_cast<unsigned>(item_->type)) == 0) return catalog::no_property();
  if (catalog::is_derived(*native)) return catalog::derived_property(*item_, *native);
  return catalog::stored_property(*item_, native->info.name);
}

std::vector<std::string> Entry::user_properties() const {
  if (item_->bookmark) return {};
  std::set<std::string> names;
  const catalog::Catalog& all = item_->shelf->catalog;
  if (item_->snapshot) {
    for (const auto& [name, record] : all.properties(item_->owner())) names.insert(name);
  }
  for (auto id = item_->dataset->id; id; id = all.dataset(id).parent) {
    for (const auto& [name, record] : item_->shelf->own_properties(id)) names.insert(name);
  }
  std::vector<std::string> user;
  for (const std::string& name : names) {
    if (catalog::find_native(name) == nullptr && property(name).value != "-") user.push_back(name);
  }
  return user;
}

bool Entry::operator<(const Entry& other) const {
  const auto dataset_part = [](const Item& item) {
    return std::string_view(item.name).substr(0, item.name.find('@'));
  };
  const int order = dataset_part(*item_).compare(dataset_part(*other.item_));
  if (order != 0) return order < 0;
  if (!item_->snapshot || !other.item_->snapshot) {
    return !item_->snapshot && other.item_->snapshot.has_value();
  }
  return item_->snapshot->id.birth < other.item_->snapshot->id.birth;
}

}  // namespace sealift
