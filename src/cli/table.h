// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sealift::cli {

/// A table for stdout, as zfs prints them: for people with a header and aligned columns, for
/// scripts one tab between the fields and no header.
class Table {
 public:
  enum class Style { kAligned, kScripted };
  enum class Align { kLeft, kRight };

  explicit Table(Style style) : style_(style) {}

  void add_column(std::string heading, Align align) {
    columns_.push_back({std::move(heading), align});
  }
  /// As many fields as there are columns.
  void add_row(std::vector<std::string> fields) { rows_.push_back(std::move(fields)); }
  bool is_empty() const { return rows_.empty(); }

  std::string text() const;
  /// Writes text() to stdout.
  void print() const;

 private:
  struct Column {
    std::string heading;
    Align align;
  };

  Style style_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sealift::cli
