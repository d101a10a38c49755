// SPDX-License-Identifier: Apache-2.0
#include "cli/query.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct TypeName {
  std::string_view name;
  unsigned types;
};

constexpr TypeName kTypeNames[] = {
    {"filesystem", 1}, {"fs", 1},   {"volume", 2},   {"vol", 2},
    {"snapshot", 4},   {"snap", 4}, {"bookmark", 8}, {"all", kAllEntryTypes},
};
constexpr unsigned kSnapshots = static_cast<unsigned>(EntryType::kSnapshot);
constexpr unsigned kBookmarks = static_cast<unsigned>(EntryType::kBookmark);

unsigned parse_types(const std::string& text) {
  unsigned types = 0;
  for (const std::string& each : split_list(text)) {
    const auto* found = std::find_if(std::begin(kTypeNames), std::end(kTypeNames),
                                     [&](const TypeName& type) { return type.name == each; });
    if (found == std::end(kTypeNames)) reject("-t", "invalid type '" + each + "'");
    types |= found->types;
  }
  return types;
}

unsigned depth_of(const Query& query, unsigned types) {
  if (query.depth) return *query.depth;
  if (query.recursive || query.names.empty()) return std::numeric_limits<unsigned>::max();
  // The snapshots or bookmarks "of" a dataset are one below it.
  return types == kSnapshots || types == kBookmarks ? 1 : 0;
}

/// Less than 0, 0, or more, as strcmp. Entries without the property come last either way.
int compare(const Entry& a, const Entry& b, const Query::SortColumn& column) {
  const Property left = a.property(column.property);
  const Property right = b.property(column.property);
  const auto lacks = [](const Property& property) {
    return !property.applies || (!property.number && property.value == "-");
  };
  if (lacks(left) || lacks(right)) return static_cast<int>(lacks(left)) - lacks(right);
  int order = 0;
  if (left.number && right.number) {
    order = *left.number < *right.number ? -1 : *left.number > *right.number;
  } else {
    order = left.value.compare(right.value);
  }
  return column.is_descending ? -order : order;
}

void sort(std::vector<Entry>& entries, const std::vector<Query::SortColumn>& order) {
  std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    for (const Query::SortColumn& column : order) {
      const int result = compare(a, b, column);
      if (result != 0) return result < 0;
    }
    return a < b;
  });
  const auto is_same = [](const Entry& a, const Entry& b) { return a.name() == b.name(); };
  entries.erase(std::unique(entries.begin(), entries.end(), is_same), entries.end());
}

unsigned type_by_name(const std::string& name) {
  if (name.find('@') != std::string::npos) return kSnapshots;
  return name.find('#') != std::string::npos ? kBookmarks : 0;
}

std::vector<Entry> find(const Listing& listing, const std::string& name,
                        Listing::Selection selection, const Query& query) {
  const unsigned own = type_by_name(name);
  if (own != 0 && query.types && (*query.types & own) == 0) {
    fail(ErrorKind::kState, "cannot open '{}': operation not applicable to datasets of this type",
         name);
  }
  selection.types |= own;
  return listing.find(name, selection);
}

}  // namespace

void Query::declare(Parser& parser) {
  parser.add_option("NAME", names, "datasets, snapshots or bookmarks; none: all");
  parser.add_flag("-r", recursive, "all below them too");
  parser.add_option("-d", depth, "all below them, this deep").type_name("DEPTH");
  parser
      .add_option(
          "-t", [this](const std::string& text) { types = types.value_or(0) | parse_types(text); },
          "filesystem, volume, snapshot, bookmark, all")
      .type_name("TYPE,...");
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(',', from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

Answer ask(const Listing& listing, const std::string& root, const Query& query,
           unsigned default_types) {
  Listing::Selection selection;
  selection.types = query.types.value_or(default_types);
  selection.depth = depth_of(query, selection.types);
  Answer answer;
  const auto names = query.names.empty() ? std::vector{root} : query.names;
  for (const std::string& name : names) {
    try {
      auto found = find(listing, name, selection, query);
      answer.entries.insert(answer.entries.end(), std::make_move_iterator(found.begin()),
                            std::make_move_iterator(found.end()));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kDamaged) throw;
      say_error(error);
      answer.is_complete = false;
    }
  }
  sort(answer.entries, query.order);
  return answer;
}

}  // namespace sealift::cli
