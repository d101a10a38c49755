// SPDX-License-Identifier: Apache-2.0
// What nbdkit's plugin and sealift say to each other: proto/serving.md. Both are processes of one
// machine, so numbers are in its own byte order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sealift::serve::volume_protocol {

constexpr std::uint32_t kRequestMagic = 0x51534c53;
constexpr std::uint32_t kReplyMagic = 0x52534c53;
/// Bytes that one request reads or writes, at most.
constexpr std::uint32_t kMaxTransfer = 1U << 20;
/// In one reply.
constexpr std::uint32_t kMaxExtents = 4096;

enum class Command : std::uint32_t {
  kHello = 1,    ///< the first; answered by a Hello
  kRead = 2,     ///< answered by `length` bytes
  kWrite = 3,    ///< `length` bytes follow
  kZero = 4,     ///< makes bytes zeros
  kTrim = 5,     ///< the bytes are wanted no more
  kExtents = 6,  ///< answered by one Extent or more, from `offset` on
};

struct Request {
  std::uint32_t magic;
  std::uint32_t command;
  std::uint64_t offset;  ///< bytes, as the next
  std::uint64_t length;
};

struct Reply {
  std::uint32_t magic;
  std::uint32_t error;   ///< of errno(3); 0: none
  std::uint64_t length;  ///< of what follows, in bytes
};

struct Hello {
  std::uint64_t size_bytes;
  std::uint32_t block_bytes;
  std::uint32_t is_writable;  ///< 0 or 1
};

struct Extent {
  std::uint64_t length;   ///< bytes
  std::uint64_t is_hole;  ///< 0 or 1; a hole reads as zeros
};

static_assert(sizeof(Request) == 24 && offsetof(Request, offset) == 8);
static_assert(sizeof(Reply) == 16 && offsetof(Reply, length) == 8);
static_assert(sizeof(Hello) == 16 && sizeof(Extent) == 16);

}  // namespace sealift::serve::volume_protocol
