// SPDX-License-Identifier: Apache-2.0
#include "catalog/name.h"

#include <sealift/error.h>

#include "support/catch.h"

namespace sealift::catalog {
namespace {

std::string refusal(const std::string& name) {
  try {
    parse_name(name);
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST_CASE("names are taken apart") {
  CHECK(parse_name("dr") == Name{"dr", NameKind::kDataset, ""});
  CHECK(parse_name("dr/a b/c:d@s-1.x") == Name{"dr/a b/c:d", NameKind::kSnapshot, "s-1.x"});
  CHECK(parse_name("dr#mark") == Name{"dr", NameKind::kBookmark, "mark"});
  CHECK(parse_name("dr/a@s").full() == "dr/a@s");
  CHECK(parse_name("dr/a#s").full() == "dr/a#s");
}

TEST_CASE("names that OpenZFS refuses are refused in its words") {
  CHECK(refusal("") == "invalid name '': empty component or misplaced '@' or '#' delimiter");
  CHECK(refusal("/dr") == "invalid name '/dr': leading slash in name");
  CHECK(refusal("dr/") == "invalid name 'dr/': trailing slash in name");
  CHECK(refusal("dr//a") ==
        "invalid name 'dr//a': empty component or misplaced '@' or '#' delimiter");
  CHECK(refusal("dr@") == "invalid name 'dr@': empty component or misplaced '@' or '#' delimiter");
  CHECK(refusal("@s") == "invalid name '@s': empty component or misplaced '@' or '#' delimiter");
  CHECK(refusal("dr@a@b") == "invalid name 'dr@a@b': multiple '@' and/or '#' delimiters in name");
  CHECK(refusal("dr/é").starts_with("invalid name 'dr/é': invalid character"));
  CHECK(refusal("dr/a%b") == "invalid name 'dr/a%b': invalid character '%' in name");
  CHECK(refusal("dr@a/b") == "invalid name 'dr@a/b': invalid character '/' in name");
  CHECK(refusal("dr/./a") == "invalid name 'dr/./a': self reference, '.' is found in name");
  CHECK(refusal("dr/..") == "invalid name 'dr/..': parent reference, '..' is found in name");
  CHECK(refusal(std::string(255, 'a')) == "taken");
  CHECK(refusal(std::string(256, 'a')).ends_with("name is too long"));
}

TEST_CASE("too deep a name is refused") {
  std::string name = "dr";
  for (std::size_t depth = 1; depth < kMaxDepth; ++depth) name += "/d";
  CHECK(refusal(name) == "taken");
  CHECK(refusal(name + "/d").ends_with("too many nested datasets"));
}

TEST_CASE("a vault's name begins with a letter") {
  CHECK_NOTHROW(check_vault_name("dr"));
  CHECK_THROWS_AS(check_vault_name("1dr"), Error);
  CHECK_THROWS_AS(check_vault_name("a/b"), Error);
  CHECK_THROWS_AS(check_vault_name(""), Error);
}

TEST_CASE("relations of names") {
  CHECK(parent_of("dr/a/b") == "dr/a");
  CHECK(parent_of("dr").empty());
  CHECK(last_component("dr/a/b") == "b");
  CHECK(is_within("dr/a", "dr/a"));
  CHECK(is_within("dr/a/b", "dr/a"));
  CHECK_FALSE(is_within("dr/ab", "dr/a"));
}

}  // namespace
}  // namespace sealift::catalog
