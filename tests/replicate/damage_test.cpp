// SPDX-License-Identifier: Apache-2.0
// Each bit of a small stream, flipped by itself, and each cut of it, is refused, and the vault's
// storage is byte for byte what it was.
#include "catalog/initialize.h"
#include "replicate/receive_job.h"
#include "replicate/receive_world.h"
#include "stream/reader.h"
#include "stream/writer.h"
#include "support/catch.h"
#include "support/memory_storage.h"

namespace sealift::replicate::test {
namespace {

using sealift::test::MemorySink;
using sealift::test::MemorySource;
using sealift::test::MemoryStorage;

/// The first records of a real increment, and an END: some objects and blocks, and little more.
Bytes small_increment() {
  constexpr std::uint64_t objects = 4;
  const Bytes whole = reference("2.1.11/resumes/enc-s1-s3.zfs");
  MemorySink sink;
  stream::Reader reader{ByteView(whole)};
  stream::Writer writer(sink, Endian::kLittle);
  std::uint64_t seen = 0;
  while (const stream::Reader::Item* item = reader.next()) {
    const bool is_end = std::holds_alternative<stream::End>(item->record);
    if (std::holds_alternative<stream::Object>(item->record)) ++seen;
    if (seen <= objects || is_end) writer.write(item->record, item->payload);
  }
  writer.flush();
  return sink.bytes();
}

class Receiver {
 public:
  Receiver() : storage_(sealift::test::new_memory_vault()) {
    vault_ = vault::Vault::open(storage_, vault::Access::kWrite, os::system_clock());
    catalog::initialize(*vault_, {1'700'000'000, 1});
    receive(reference("2.1.11/resumes/enc-s1.zfs"));
    before_ = storage_->contents();
    roots_ = storage_->read_roots();
  }

  void receive(ByteView stream) {
    MemorySource source(stream);
    const ReceiveRequest request = ReceiveWorld::into("memory");
    ReceiveJob({*vault_, source, observer_, os::system_clock()}, request, {1'700'000'000, 7}).run();
  }
  bool refuses(ByteView stream) {
    try {
      receive(stream);
      return false;
    } catch (const Error& error) {
      return error.kind() != ErrorKind::kBug;
    }
  }
  bool is_as_before() const {
    return storage_->contents() == before_ && storage_->read_roots() == roots_;
  }

 private:
  std::shared_ptr<MemoryStorage> storage_;
  std::unique_ptr<vault::Vault> vault_;
  std::map<std::uint32_t, Bytes> before_;
  Bytes roots_;
  const ReceiveObserver observer_;
};

TEST_CASE("each flipped bit of a small stream is refused and changes nothing") {
  Receiver receiver;
  Bytes bytes = small_increment();
  REQUIRE(bytes.size() < 12'000);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::uint8_t& byte = bytes[bit / 8];
    const auto good = byte;
    byte = static_cast<std::uint8_t>(good ^ 1U << bit % 8);
    if (!receiver.refuses(bytes)) FAIL("bit " << bit << " was not missed");
    if (!receiver.is_as_before()) FAIL("bit " << bit << " left something");
    byte = good;
  }
  receiver.receive(bytes);
  CHECK_FALSE(receiver.is_as_before());
}

TEST_CASE("each cut of a small stream is refused and changes nothing") {
  Receiver receiver;
  const Bytes bytes = small_increment();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (!receiver.refuses(ByteView(bytes).first(size))) FAIL("size " << size << " was taken");
    if (!receiver.is_as_before()) FAIL("size " << size << " left something");
  }
}

}  // namespace
}  // namespace sealift::replicate::test
