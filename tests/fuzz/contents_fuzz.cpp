// SPDX-License-Identifier: Apache-2.0
// A file system whose objects are what the input says: ZAPs, system attributes, directories, links
// and extended attributes are read, or Errors are thrown, in bounded time.
//
// The input: a byte (bit 0: big-endian), then objects. Each is its number (2), type (1), bonus type
// (1), block size and spill size in sectors (1 each), number of blocks (1), bonus length (2), and
// then the bytes of bonus, blocks and spill block, as many as there are.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "dataset/extended_attributes.h"
#include "dataset/file_reader.h"
#include "dataset/forged_set.h"
#include "dataset/path_finder.h"
#include "dataset/volume.h"
#include "stream/record_format.h"

using namespace sealift;
using namespace sealift::dataset;
using dataset::test::ForgedObject;
using dataset::test::ForgedSet;

namespace {

constexpr std::size_t kSector = 512;
constexpr std::uint64_t kMaxObjects = 4096;
constexpr int kMaxVisits = 3000;

class Input {
 public:
  explicit Input(ByteView bytes) : rest_(bytes) {}

  bool is_empty() const { return rest_.empty(); }
  std::size_t number(std::size_t width) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < width && !rest_.empty(); ++i, rest_ = rest_.subspan(1))
      value |= std::size_t{rest_.front()} << 8 * i;
    return value;
  }
  Bytes bytes(std::size_t count) {
    const ByteView taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return {taken.begin(), taken.end()};
  }

 private:
  ByteView rest_;
};

ForgedObject take_object(Input& input) {
  ForgedObject object;
  object.number = input.number(2) % kMaxObjects;
  object.type = static_cast<std::uint8_t>(input.number(1));
  object.bonus_type = static_cast<std::uint8_t>(input.number(1));
  object.block_size = static_cast<std::uint32_t>((input.number(1) % 64 + 1) * kSector);
  const std::size_t spill = input.number(1) % 64 * kSector;
  const std::size_t blocks = input.number(1) % 64;
  object.bonus = input.bytes(input.number(2) % 16384);
  for (std::size_t i = 0; i < blocks; ++i) object.blocks.push_back(input.bytes(object.block_size));
  object.spill = input.bytes(spill);
  if (!object.spill.empty()) object.spill.resize(spill);
  return object;
}

/// Looks at files until enough were seen.
class Looker {
 public:
  explicit Looker(Plaintext& plaintext) : files_(plaintext), paths_(files_) {}

  void look() {
    trying([&] { files_.resolve("/a/../b/c", FileSystem::LastLink::kFollow); });
    visit(files_.root(), 0);
  }

 private:
  template <class Body>
  static void trying(Body&& body) {
    try {
      body();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kBug) throw;
    }
  }

  void visit(std::uint64_t object, int depth) {
    if (++visits_ > kMaxVisits || depth > 20) return;
    trying([&] {
      const File file = files_.file(object);
      trying([&] { paths_.path_of(file); });
      trying([&] { each_extended_attribute(files_, file, [](const ExtendedAttribute&) {}); });
      if (file.is_symlink()) trying([&] { files_.link_target(file); });
      if (file.is_directory()) {
        int entries = 0;
        trying([&] {
          files_.each_entry(file, [&](const DirectoryEntry& entry) {
            trying([&] { files_.find(file, entry.name); });
            visit(entry.object, depth + 1);
            return ++entries < 200;
          });
        });
      } else {
        read(file);
      }
    });
  }

  void read(const File& file) {
    FileReader reader(files_.plaintext(), file);
    Bytes some(3000);
    trying([&] { reader.read(file.size / 2, some); });
    trying([&] { reader.each_block([](std::uint64_t, ByteView) { return true; }); });
  }

  FileSystem files_;
  PathFinder paths_;
  int visits_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const std::size_t head = input.number(1);
  ForgedSet set((head & 1) != 0 ? Endian::kBig : Endian::kLittle);
  try {
    for (int objects = 0; !input.is_empty() && objects < 64; ++objects) set.add(take_object(input));
    const bool is_volume = (head & 2) != 0;
    const auto root =
        set.finish(is_volume ? stream::objset_type::kVolume : stream::objset_type::kFilesystem);
    Plaintext plaintext(set.vault(), root, nullptr);
    if (!is_volume) {
      Looker(plaintext).look();
    } else {
      open_volume(plaintext).each_block([](std::uint64_t, ByteView) { return true; });
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBug) throw;
  }
  return 0;
}
