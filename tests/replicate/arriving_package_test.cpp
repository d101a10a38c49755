// SPDX-License-Identifier: Apache-2.0
#include "replicate/arriving_package.h"

#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using stream::Nvlist;

Nvlist dataset(const std::string& name, std::uint64_t snapshot) {
  Nvlist list;
  list.add_string("name", name);
  list.add_nvlist("snaps", Nvlist().add_u64("s1", snapshot));
  return list;
}

ArrivingPackage package(const Nvlist& datasets) {
  stream::Begin begin;
  begin.to_name = "tank@s1";
  return {begin, Nvlist().add_nvlist("fss", datasets)};
}

TEST_CASE("A snapshot that two datasets of a package have is told by its dataset's name") {
  Nvlist datasets;
  datasets.add_nvlist("0x1", dataset("tank/home", 7));
  datasets.add_nvlist("0x2", dataset("tank/replica/home", 7));
  const ArrivingPackage arriving = package(datasets);
  CHECK(arriving.find_by_snapshot(7, "tank/home")->name == "tank/home");
  CHECK(arriving.find_by_snapshot(7, "tank/replica/home")->name == "tank/replica/home");
  CHECK(arriving.find_by_snapshot(7, "tank/elsewhere")->name == "tank/home");
  CHECK(arriving.find_by_snapshot(8, "tank/home") == nullptr);
}

}  // namespace
}  // namespace sealift::replicate::test
