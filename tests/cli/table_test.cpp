// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include "support/catch.h"

namespace sealift::cli {
namespace {

Table table(Table::Style style) {
  Table made(style);
  made.add_column("NAME", Table::Align::kLeft);
  made.add_column("USED", Table::Align::kRight);
  made.add_column("NOTE", Table::Align::kLeft);
  made.add_row({"dr", "1.5M", "-"});
  made.add_row({"dr/home", "0B", "long enough"});
  return made;
}

TEST_CASE("people get a header and columns, and no blanks at the end of a line") {
  CHECK(table(Table::Style::kAligned).text() ==
        "NAME     USED  NOTE\n"
        "dr       1.5M  -\n"
        "dr/home    0B  long enough\n");
}

TEST_CASE("scripts get tabs and no header") {
  CHECK(table(Table::Style::kScripted).text() == "dr\t1.5M\t-\ndr/home\t0B\tlong enough\n");
}

}  // namespace
}  // namespace sealift::cli
