// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::catalog {
namespace {

BookmarkRecord from_snapshot(const SnapshotRecord& snapshot) {
  BookmarkRecord bookmark;
  bookmark.guid = snapshot.guid;
  bookmark.ivset_guid = snapshot.ivset_guid;
  bookmark.birth = snapshot.id.birth;
  bookmark.createtxg = snapshot.createtxg;
  bookmark.creation_seconds = snapshot.creation_seconds;
  bookmark.referenced_bytes = snapshot.referenced_bytes;
  bookmark.redaction = snapshot.redaction;
  return bookmark;
}

BookmarkRecord read_source(const Catalog& catalog, const Name& source) {
  if (source.kind == NameKind::kSnapshot) return from_snapshot(get_snapshot(catalog, source));
  const auto found = catalog.find_bookmark(catalog.get(source.dataset).id, source.item);
  if (!found) {
    fail(ErrorKind::kState, "cannot open '{}': bookmark does not exist", source.full());
  }
  return *found;
}

/// One of the two names may be short: "@s" or "#b".
std::string expand(const std::string& name, const std::string& other) {
  if (name.empty() || (name.front() != '@' && name.front() != '#')) return name;
  return other.substr(0, other.find_first_of("@#")) + name;
}

}  // namespace

void bookmark(Change& change, const std::string& source_text, const std::string& bookmark_text) {
  const Name source = parse_name(expand(source_text, bookmark_text));
  const Name name = parse_name(expand(bookmark_text, source_text));
  if (source.kind == NameKind::kDataset) {
    fail(ErrorKind::kUsage, "invalid source name '{}': must contain a '@' or '#'", source_text);
  }
  if (name.kind != NameKind::kBookmark) {
    fail(ErrorKind::kUsage, "invalid bookmark name '{}': must contain a '#'", bookmark_text);
  }
  in_context(fmt::format("cannot create bookmark '{}'", name.full()), [&] {
    // The births of another dataset mean nothing here.
    if (source.dataset != name.dataset) {
      fail(ErrorKind::kState, "source is not an ancestor of the new bookmark's dataset");
    }
    BookmarkRecord fresh = read_source(change.catalog, source);
    fresh.name = name.item;
    const DatasetId owner = change.catalog.get(name.dataset).id;
    if (change.catalog.find_bookmark(owner, name.item)) fail(ErrorKind::kState, "bookmark exists");
    change.catalog.put_bookmark(owner, fresh);
  });
}

}  // namespace sealift::catalog
