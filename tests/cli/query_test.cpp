// SPDX-License-Identifier: Apache-2.0
// What `list` and `get` choose and in which order, on a vault made with the public headers alone.
#include "cli/query.h"

#include <sealift/dataset.h>
#include <sealift/error.h>

#include "cli/assignments.h"
#include "cli/property_text.h"
#include "support/catch.h"
#include "support/temp_directory.h"

namespace sealift::cli {
namespace {

class Site {
 public:
  Site() {
    Vault::init(directory_ / "v", {"dr", "sha256"}, {1, 1});
    Vault vault = Vault::open(directory_ / "v", Vault::Access::kWrite);
    std::uint64_t entropy = 2;
    for (const char* name : {"dr/b", "dr/a", "dr/a/deep"}) {
      create_dataset(vault, name, {}, {1, ++entropy});
    }
    set_properties(vault, {"dr/a"}, {{"quota", "2G"}});
    set_properties(vault, {"dr/b"}, {{"quota", "10G"}});
  }

  Answer answer(const Query& query) const {
    const Vault vault = Vault::open(directory_ / "v", Vault::Access::kRead);
    const Listing listing(vault);
    Answer found = ask(listing, "dr", query, kAllEntryTypes);
    names_.clear();
    for (const Entry& entry : found.entries) {
      names_.append(names_.empty() ? "" : " ").append(entry.name());
    }
    found.entries.clear();  // they live no longer than the listing
    return found;
  }
  std::string names(const Query& query) const {
    answer(query);
    return names_;
  }

 private:
  test::TempDirectory directory_;
  mutable std::string names_;
};

Query query_of(std::vector<std::string> names) {
  Query query;
  query.names = std::move(names);
  return query;
}

TEST_CASE("no name means everything, a name alone itself, -r and -d what is below") {
  const Site site;
  CHECK(site.names({}) == "dr dr/a dr/a/deep dr/b");
  CHECK(site.names(query_of({"dr"})) == "dr");
  Query below = query_of({"dr/a"});
  below.recursive = true;
  CHECK(site.names(below) == "dr/a dr/a/deep");
  Query deep = query_of({"dr"});
  deep.depth = 1;
  CHECK(site.names(deep) == "dr dr/a dr/b");
}

TEST_CASE("a name that is not there leaves the others") {
  const Site site;
  CHECK(site.names(query_of({"dr/nope", "dr/a"})) == "dr/a");
  CHECK_FALSE(site.answer(query_of({"dr/nope", "dr/a"})).is_complete);
  CHECK(site.answer(query_of({"dr/a"})).is_complete);
}

TEST_CASE("names given twice are shown once") {
  const Site site;
  CHECK(site.names(query_of({"dr/a", "dr/b", "dr/a"})) == "dr/a dr/b");
}

TEST_CASE("sorted by a number either way, with what lacks it last") {
  const Site site;
  Query query;
  query.order = {{"quota", false}};
  CHECK(site.names(query) == "dr/a dr/b dr dr/a/deep");
  query.order = {{"quota", true}};
  CHECK(site.names(query) == "dr/b dr/a dr dr/a/deep");
  query.order = {{"name", true}};
  CHECK(site.names(query) == "dr/b dr/a/deep dr/a dr");
}

TEST_CASE("assignments are taken apart at the first '='") {
  CHECK(parse_assignments({"a:b=c=d", "x="}) == Properties{{"a:b", "c=d"}, {"x", ""}});
  CHECK_THROWS_AS(parse_assignments({"a"}), Error);
  CHECK_THROWS_AS(parse_assignments({"=a"}), Error);
  CHECK_THROWS_AS(parse_assignments({"a=1", "a=2"}), Error);
}

TEST_CASE("a property is shown for people or exactly") {
  Property property;
  property.value = "1536";
  property.number = 1536;
  property.unit = Unit::kBytes;
  CHECK(show(property, Precision::kNice) == "1.50K");
  CHECK(show(property, Precision::kExact) == "1536");
  property.unit = Unit::kCount;
  CHECK(show(property, Precision::kNice) == "1536");
  property.source = PropertySource::kInherited;
  property.inherited_from = "dr/a";
  CHECK(show_source(property) == "inherited from dr/a");
  CHECK(show_received(property, Precision::kNice) == "-");
}

}  // namespace
}  // namespace sealift::cli
