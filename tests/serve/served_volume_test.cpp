// SPDX-License-Identifier: Apache-2.0
#include "serve/served_volume.h"

#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "base/checked.h"
#include "dataset/contents_impl.h"
#include "dataset/put_site.h"
#include "serve/volume_server.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::serve;
using sealift::dataset::test::Site;

namespace {

constexpr std::uint32_t kBlock = 8192;
constexpr std::uint64_t kSize = 64 * kBlock;

std::string random_image(unsigned seed) {
  std::mt19937_64 random(seed);
  std::string image(kSize, '\0');
  for (std::uint64_t block = 0; block < kSize / kBlock; ++block)
    if (random() % 2 == 0)
      for (std::uint64_t i = 0; i < kBlock; ++i)
        image[block * kBlock + i] = static_cast<char>(random());
  return image;
}

/// A volume that is served, and what it should hold.
struct Disk {
  explicit Disk(unsigned seed) : image(random_image(seed)) {
    site.create("dr/disk", {{"volblocksize", "8192"}}, kSize);
    site.write("image", image);
    PutRequest request;
    request.source = site.path("image");
    site.put("dr/disk", request);
    contents.emplace(site.vault(), "dr/disk", KeyAccess{});
    overlay.emplace(directory.path(), kBlock, os::system_random());
    volume.emplace(dataset::VolumeShape{kSize, kBlock}, origin_of(*contents), &*overlay, 3);
  }
  std::string read(std::uint64_t offset, std::size_t count) {
    Bytes bytes(count);
    volume->read(offset, bytes);
    return {bytes.begin(), bytes.end()};
  }
  void check_extents() {
    std::uint64_t at = 0;
    for (const ServedVolume::Extent& each : volume->extents({0, kSize}, 1000)) {
      const std::string there = image.substr(at, each.length);
      if (each.is_hole) CHECK(there.find_first_not_of('\0') == std::string::npos);
      at += each.length;
    }
    CHECK(at == kSize);
  }

  Site site;
  sealift::test::TempDirectory directory;
  std::string image;
  std::optional<Contents> contents;
  std::optional<dataset::BlockOverlay> overlay;
  std::optional<ServedVolume> volume;
};

}  // namespace

TEST_CASE("A volume that is written to here and there is what an array of bytes would be") {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    Disk disk(seed);
    std::mt19937_64 random(seed);
    for (int step = 0; step < 200; ++step) {
      INFO("seed " << seed << ", step " << step);
      const std::uint64_t offset = random() % kSize;
      const std::uint64_t count =
          std::min<std::uint64_t>(kSize - offset, random() % (random() % 2 == 0 ? 3000 : 50'000));
      const auto at = disk.image.begin() + static_cast<std::ptrdiff_t>(offset);
      const auto length = static_cast<std::ptrdiff_t>(count);
      switch (random() % 4) {
        case 0:
          std::fill(at, at + length, static_cast<char>(step));
          disk.volume->write(offset, Bytes(count, static_cast<std::uint8_t>(step)));
          break;
        case 1:
          std::fill(at, at + length, '\0');
          disk.volume->zero({offset, count});
          break;
        case 2: {
          const std::uint64_t first = round_up(offset, kBlock);
          const std::uint64_t end = (offset + count) / kBlock * kBlock;
          disk.volume->trim({offset, count});
          for (std::uint64_t i = first; i < end; ++i) disk.image[i] = '\0';
          break;
        }
        default:
          REQUIRE(disk.read(offset, count) == disk.image.substr(offset, count));
      }
    }
    CHECK(disk.read(0, kSize) == disk.image);
    disk.check_extents();
  }
}

TEST_CASE("Writes beside each other in one block do not meet") {
  Disk disk(7);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::uint64_t at = t * 512; at < kSize; at += 4 * 512)
        disk.volume->write(at, Bytes(512, static_cast<std::uint8_t>('a' + t)));
    });
  for (std::thread& thread : threads) thread.join();
  for (std::uint64_t at = 0; at < kSize; ++at)
    disk.image[at] = static_cast<char>('a' + at / 512 % 4);
  CHECK(disk.read(0, kSize) == disk.image);
}

TEST_CASE("No more extents are told than are asked for") {
  Disk disk(3);
  disk.volume->zero({0, kSize});
  CHECK(disk.volume->extents({100, 5000}, 10).front().length == 5000);
  for (std::uint64_t at = 0; at < kSize; at += 2 * kBlock) disk.volume->write(at, Bytes(1, 1));
  CHECK(disk.volume->extents({0, kSize}, 5).size() == 5);
  CHECK(disk.volume->extents({0, kSize}, 1000).size() == kSize / kBlock);
}

namespace {

namespace protocol = volume_protocol;

/// A server and a socket to it.
class Client {
 public:
  explicit Client(ServedVolume& volume)
      : faults_({}), server_(volume, faults_, [this] { ++hellos; }) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    socket_ = ends[0];
    thread_ = std::thread([this, end = ends[1]] {
      server_.serve(end);
      ::close(end);
    });
  }
  ~Client() {
    ::close(socket_);
    thread_.join();
  }
  void send(const std::string& bytes) {
    REQUIRE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  void ask(std::uint32_t command, std::uint64_t offset, std::uint64_t length) {
    const protocol::Request request{protocol::kRequestMagic, command, offset, length};
    send({reinterpret_cast<const char*>(&request), sizeof request});
  }
  /// Nothing: the server closed the socket.
  std::optional<std::pair<std::uint32_t, std::string>> reply() {
    protocol::Reply head{};
    if (::recv(socket_, &head, sizeof head, MSG_WAITALL) != sizeof head) return std::nullopt;
    CHECK(head.magic == protocol::kReplyMagic);
    std::string bytes(head.length, '\0');
    if (head.length > 0)
      REQUIRE(::recv(socket_, bytes.data(), bytes.size(), MSG_WAITALL) ==
              static_cast<ssize_t>(bytes.size()));
    return std::pair{head.error, bytes};
  }
  std::uint32_t error(protocol::Command command, std::uint64_t offset, std::uint64_t length) {
    ask(static_cast<std::uint32_t>(command), offset, length);
    return reply()->first;
  }

  std::atomic<int> hellos = 0;

 private:
  FaultLog faults_;
  VolumeServer server_;
  int socket_ = -1;
  std::thread thread_;
};

}  // namespace

TEST_CASE("A server answers what it is asked, and refuses what cannot be") {
  using protocol::Command;
  Disk disk(1);
  Client client(*disk.volume);
  client.ask(1, 0, 0);
  CHECK(client.reply()->second.size() == sizeof(protocol::Hello));
  CHECK(client.hellos == 1);
  client.ask(2, 100, 1000);
  CHECK(client.reply()->second == disk.image.substr(100, 1000));
  CHECK(client.error(Command::kRead, kSize, 0) == 0);
  CHECK(client.error(Command::kRead, kSize, 1) == EINVAL);
  CHECK(client.error(Command::kTrim, UINT64_MAX, 2) == EINVAL);
  CHECK(client.error(Command::kZero, 2, UINT64_MAX) == EINVAL);
  CHECK(client.error(static_cast<Command>(99), 0, 0) == EINVAL);
  client.ask(3, kSize - 2, 4);
  client.send("abcd");
  CHECK(client.reply()->first == EINVAL);
  client.ask(3, kSize - 4, 4);
  client.send("abcd");
  CHECK(client.reply()->first == 0);
  CHECK(disk.read(kSize - 4, 4) == "abcd");

  ServedVolume read_only({kSize, kBlock}, origin_of(*disk.contents), nullptr, 1);
  CHECK(Client(read_only).error(Command::kZero, 0, 10) == EROFS);
}

TEST_CASE("A server closes a socket where it is asked too much, or in another language") {
  Disk disk(1);
  Client greedy(*disk.volume);
  greedy.ask(2, 0, std::uint64_t{protocol::kMaxTransfer} + 1);
  CHECK_FALSE(greedy.reply());
  Client stranger(*disk.volume);
  stranger.send(std::string(sizeof(protocol::Request), 'x'));
  CHECK_FALSE(stranger.reply());
}
