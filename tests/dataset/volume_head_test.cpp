// SPDX-License-Identifier: Apache-2.0
// What is committed through an overlay is what a put of the same bytes would have made.
#include "dataset/volume_head.h"

#include "dataset/put_site.h"
#include "dataset/volume.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;
using sealift::dataset::test::Site;

namespace {

constexpr std::uint32_t kBlock = 8192;
constexpr std::uint64_t kBlocks = 16;

/// A volume dr/disk, plain, of which a byte a block is told.
struct Disk {
  Disk() { site.create("dr/disk", {{"volblocksize", "8192"}}, kBlocks * kBlock); }

  void put(const std::string& image) {
    site.write("image", image);
    PutRequest request;
    request.source = site.path("image");
    site.put("dr/disk", request);
  }
  BlockOverlay overlay() { return {directory.path(), kBlock, os::system_random()}; }
  std::string bytes() {
    const auto head = site.open("dr/disk");
    return sealift::dataset::test::all_of(open_volume(*head->contents));
  }
  std::uint64_t txg() {
    site.vault().refresh();
    return site.vault().txg();
  }

  Site site;
  sealift::test::TempDirectory directory;
};

Bytes filled(char value) {
  return Bytes(kBlock, static_cast<std::uint8_t>(value));
}

std::string image_of(const std::string& blocks) {
  std::string image;
  for (const char block : blocks) image += std::string(kBlock, block == '.' ? '\0' : block);
  return image;
}

}  // namespace

TEST_CASE("An overlay is committed over what a volume holds") {
  Disk disk;
  disk.put(image_of("aaaa....bbbb...."));
  VolumeHead head(disk.site.vault().inner(), "dr/disk", {});
  CHECK(head.shape().size == kBlocks * kBlock);
  CHECK(head.shape().block_size == kBlock);
  BlockOverlay overlay = disk.overlay();
  overlay.write(1, filled('c'));
  overlay.write(2, filled('a'));  // as it was
  overlay.write(3, filled('\0'));
  overlay.write(15, filled('d'));
  overlay.clear(5, 10);
  CHECK(head.commit(overlay, disk.site.moment()) == 2 * kBlock);
  CHECK(disk.bytes() == image_of("aca.......bb...d"));
}

TEST_CASE("A volume that holds nothing takes an overlay") {
  Disk disk;
  VolumeHead head(disk.site.vault().inner(), "dr/disk", {});
  CHECK(head.contents() == nullptr);
  BlockOverlay overlay = disk.overlay();
  overlay.clear(0, kBlocks);
  overlay.write(4, filled('x'));
  CHECK(head.commit(overlay, disk.site.moment()) == kBlock);
  CHECK(disk.bytes() == image_of("....x..........."));
}

TEST_CASE("An overlay that changes nothing commits nothing") {
  Disk disk;
  disk.put(image_of("aaaa............"));
  const std::uint64_t before = disk.txg();
  VolumeHead head(disk.site.vault().inner(), "dr/disk", {});
  BlockOverlay overlay = disk.overlay();
  overlay.write(0, filled('a'));
  overlay.clear(4, kBlocks);
  CHECK(head.commit(overlay, disk.site.moment()) == 0);
  CHECK(disk.txg() == before);
}

TEST_CASE("An overlay is not committed over what others made meanwhile") {
  Disk disk;
  disk.put(image_of("aaaa............"));
  VolumeHead head(disk.site.vault().inner(), "dr/disk", {});
  BlockOverlay overlay = disk.overlay();
  overlay.write(0, filled('b'));
  disk.put(image_of("cccc............"));
  CHECK_THROWS_AS(head.commit(overlay, disk.site.moment()), Error);
  CHECK(disk.bytes() == image_of("cccc............"));
}
