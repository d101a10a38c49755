// SPDX-License-Identifier: Apache-2.0
#include "dataset/block_maker.h"

#include "crypto/fletcher4.h"

namespace sealift::dataset {
namespace {

constexpr std::uint8_t kFletcher4 = 7;  // ZIO_CHECKSUM_FLETCHER_4

/// The property word of a block's key (include/sys/ddt.h, DDK_SET_*).
std::uint64_t key_properties(const objset::Entry& entry, std::size_t stored_bytes, bool is_sealed) {
  constexpr std::uint64_t sector = 512;
  return (entry.logical_size / sector - 1) | (stored_bytes / sector - 1) << 16 |
         std::uint64_t{entry.compression} << 32 | std::uint64_t{is_sealed} << 39;
}

/// The checksum in an encrypted block's pointer is half of one; its MAC is the other half
/// (module/zfs/zio_checksum.c, zio_checksum_handle_crypt).
stream::Checksum pointer_checksum(ByteView stored, const stream::Sealing* sealing) {
  stream::Checksum sum = crypto::fletcher4(stored);
  if (sealing == nullptr) return sum;
  sum[0] ^= sum[2];
  sum[1] ^= sum[3];
  sum[2] = load<std::uint64_t>(sealing->mac.data());
  sum[3] = load<std::uint64_t>(sealing->mac.data() + sizeof(std::uint64_t));
  return sum;
}

}  // namespace

BlockMaker::BlockMaker(const keys::MasterKey* key, const os::Random& random) {
  if (key != nullptr) sealer_.emplace(*key, random);
}

MadeBlock BlockMaker::make(const PlainBlock& plain) {
  MadeBlock made;
  objset::Entry& entry = made.entry;
  entry.kind = objset::EntryKind::kBlock;
  entry.logical_size = static_cast<std::uint32_t>(plain.bytes.size());
  entry.checksum_type = kFletcher4;
  const auto compressed = compressor_.compress(plain.compression, plain.bytes);
  entry.compression = compressed ? plain.compression.kind
                      : sealer_  ? compression::kOff
                                 : compression::kUnknown;
  const ByteView stored = compressed ? ByteView(*compressed) : plain.bytes;
  made.stored.assign(stored.begin(), stored.end());
  if (sealer_) entry.sealing = sealer_->seal(plain.object_type, made.stored);
  entry.key.checksum = pointer_checksum(made.stored, sealer_ ? &entry.sealing : nullptr);
  entry.key.properties = key_properties(entry, made.stored.size(), sealer_.has_value());
  return made;
}

}  // namespace sealift::dataset
