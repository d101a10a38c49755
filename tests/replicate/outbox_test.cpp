// SPDX-License-Identifier: Apache-2.0
#include "replicate/outbox.h"

#include "support/catch.h"
#include "support/memory_storage.h"
#include "support/streams.h"
#include "vault/appender.h"

namespace sealift::replicate::test {
namespace {

using sealift::test::MemorySink;

struct World {
  std::unique_ptr<vault::Vault> vault = vault::Vault::open(
      sealift::test::new_memory_vault({}), vault::Access::kWrite, os::system_clock());
  vault::Appender appender{*vault};
  MemorySink sink;
  stream::Writer writer{sink, Endian::kLittle};
};

stream::Write write_record(std::uint32_t size) {
  stream::Write write;
  write.logical_size = size;
  return write;
}

}  // namespace

TEST_CASE("stored and other payloads leave in the order of their records") {
  World world;
  MemorySink wanted;
  stream::Writer plain(wanted, Endian::kLittle);
  {
    Outbox outbox(world.writer, *world.vault, nullptr);
    for (std::uint32_t size = 512; size <= 512 * 40; size += 512) {
      const Bytes block(size, static_cast<std::uint8_t>(size / 512));
      outbox.put_stored(write_record(size), world.appender.append(block));
      outbox.put(stream::Free{1, size, 512, 2});
      plain.write(write_record(size), block);
      plain.write(stream::Free{1, size, 512, 2});
    }
    outbox.flush();
    CHECK(outbox.bytes() == world.sink.bytes().size());
  }
  plain.flush();
  CHECK(world.sink.bytes() == wanted.bytes());
}

TEST_CASE("few records wait for a block, however many there are") {
  World world;
  Outbox outbox(world.writer, *world.vault, nullptr);
  outbox.put_stored(write_record(512), world.appender.append(Bytes(512, 1)));
  constexpr std::uint64_t count = 200'000;
  for (std::uint64_t i = 0; i < count; ++i) outbox.put(stream::Free{i, 0, 512, 2});
  CHECK(world.sink.bytes().size() > count * stream::kRecordSize / 2);
  outbox.flush();
  CHECK(world.sink.bytes().size() == 512 + (count + 1) * stream::kRecordSize);
}

}  // namespace sealift::replicate::test
