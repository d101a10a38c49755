// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/listing.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/parser.h"

namespace sealift::cli {

/// Which entries a command shows, in which order: what `list` and `get` have in common.
struct Query {
  std::vector<std::string> names;  ///< empty: everything
  bool recursive = false;
  std::optional<unsigned> depth;
  std::optional<unsigned> types;  ///< of EntryType, or-ed
  struct SortColumn {
    std::string property;
    bool is_descending = false;
  };
  std::vector<SortColumn> order;

  /// Declares names, -r, -d and -t on `parser`.
  void declare(Parser& parser);
};

struct Answer {
  std::vector<Entry> entries;
  bool is_complete = true;  ///< false: a name was not there, and stderr says which
};
/// Without -t, `default_types` are shown.
Answer ask(const Listing& listing, const std::string& root, const Query& query,
           unsigned default_types);

/// "name,used" taken apart.
std::vector<std::string> split_list(const std::string& text);

}  // namespace sealift::cli
