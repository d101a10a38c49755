// SPDX-License-Identifier: Apache-2.0
// Writes a raw stream of one large file that its key opens, for the benchmarks of verification.
//
//   make_sealed_stream ENCRYPTION RECORD_BYTES BLOCKS KEYFILE
//
// ENCRYPTION is "aes-256-gcm" or another value of that property; the key is written to KEYFILE.

#include <cstdio>
#include <fstream>
#include <random>
#include <string>

#include "keys/sealed_stream.h"
#include "os/fd_channel.h"

namespace {

using namespace sealift;

std::uint64_t suite_named(const std::string& name) {
  for (std::uint64_t number = 3; number <= 8; ++number)
    if (name == keys::suite_of(number).name) return number;
  throw std::runtime_error("unknown encryption: " + name);
}

keys::test::PlainObject large_file(std::uint32_t record_bytes, std::uint64_t blocks) {
  keys::test::PlainObject file;
  file.object = 2;
  file.block_size = record_bytes;
  file.indirect_shift = objset::kMaxIndirectShift;
  file.blocks = blocks;
  file.fill = [](std::uint64_t block, ByteSpan into) {
    std::fill(into.begin(), into.end(), static_cast<std::uint8_t>(block));
    store(into.data(), block);
    return true;
  };
  return file;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: make_sealed_stream ENCRYPTION RECORD_BYTES BLOCKS KEYFILE\n");
    return 2;
  }
  keys::test::StreamSealer sealer(suite_named(argv[1]), 42);
  const ByteView material = sealer.material();
  std::ofstream(argv[4], std::ios::binary)
      .write(reinterpret_cast<const char*>(material.data()),
             static_cast<std::streamsize>(material.size()));
  os::FdSink sink(os::Fd(1), "standard output");
  sealer.write(sink, "tank/big@s1",
               {large_file(static_cast<std::uint32_t>(std::stoul(argv[2])), std::stoull(argv[3]))});
  return 0;
}
