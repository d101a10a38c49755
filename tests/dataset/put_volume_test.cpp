// SPDX-License-Identifier: Apache-2.0
#include "dataset/put_site.h"
#include "dataset/volume.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;
using namespace sealift::dataset::test;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::size_t kBlock = 4096;

/// Blocks of text, of what looks random, and of zeros.
std::string image(std::size_t blocks) {
  std::string bytes;
  std::uint64_t state = 88172645463325252ULL;
  for (std::size_t i = 0; i < blocks * kBlock; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const std::size_t kind = i / kBlock % 3;
    bytes.push_back(kind == 0 ? static_cast<char>(state) : kind == 1 ? "abcd"[i % 4] : '\0');
  }
  return bytes;
}

struct VolumeSite : Site {
  PutTotals put_image(const std::string& dataset, const std::string& bytes, PutRequest how = {}) {
    write("disk.img", bytes);
    how.source = path("disk.img");
    return put(dataset, how);
  }
  std::string held(const std::string& dataset) {
    const auto head = open(dataset);
    return all_of(open_volume(*head->contents));
  }
};

}  // namespace

TEST_CASE("a volume holds the image that was put into it, and zeros behind it") {
  for (const char* encryption : {"off", "aes-256-gcm", "aes-128-ccm", "aes-192-gcm"}) {
    for (const char* compression : {"off", "lz4", "zstd", "zstd-fast-10", "gzip-1"}) {
      INFO(encryption << ", " << compression);
      VolumeSite site;
      Properties properties{{"volblocksize", "4k"}, {"compression", compression}};
      if (std::string(encryption) != "off") {
        properties.insert({{"encryption", encryption}, {"keyformat", "raw"}});
      }
      site.create("dr/v", properties, 64 * kBlock);
      const std::string bytes = image(20);
      CHECK(site.put_image("dr/v", bytes).is_changed);
      CHECK(site.held("dr/v") == bytes + std::string(44 * kBlock, '\0'));
      site.snapshot("dr/v@s");
      CHECK(site.faults("dr/v") == 0);
    }
  }
}

TEST_CASE("only blocks that changed are written again") {
  VolumeSite site;
  Properties properties = Site::sealed();
  properties["volblocksize"] = "4k";
  site.create("dr/v", properties, 64 * kBlock);
  std::string bytes = image(20);
  site.put_image("dr/v", bytes);
  site.snapshot("dr/v@1");
  CHECK_FALSE(site.put_image("dr/v", bytes).is_changed);
  bytes[3 * kBlock] ^= 1;
  CHECK(site.put_image("dr/v", bytes).written_bytes == kBlock);
  std::fill_n(bytes.begin(), kBlock, '\0');
  CHECK(site.put_image("dr/v", bytes).written_bytes == 0);
  site.snapshot("dr/v@2");
  CHECK(site.put_image("dr/v", bytes.substr(0, 10 * kBlock)).is_changed);
  CHECK(site.held("dr/v") == bytes.substr(0, 10 * kBlock) + std::string(54 * kBlock, '\0'));
  site.snapshot("dr/v@3");
  CHECK(site.faults("dr/v") == 0);
}

TEST_CASE("what a rehearsal says would change, and nothing does") {
  VolumeSite site;
  site.create("dr/v", Site::sealed(), 1 << 20);
  PutRequest rehearsal;
  rehearsal.dry_run = true;
  CHECK(site.put_image("dr/v", image(3), rehearsal).is_changed);
  CHECK_THROWS_WITH(site.snapshot("dr/v@s"), ContainsSubstring("holds nothing yet"));
}

TEST_CASE("an image that is larger than the volume is refused") {
  VolumeSite site;
  site.create("dr/v", Site::sealed(), 2 * kBlock);
  CHECK_THROWS_WITH(site.put_image("dr/v", image(9)), ContainsSubstring("and the volume 16384"));
}
