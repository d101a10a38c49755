// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stream/nvlist.h"
#include "stream/record_format.h"

namespace sealift::bench {

/// What differs between the streams of one made-up key.
struct KeyedSnapshot {
  std::uint64_t last_dnode_block = 0;
  std::uint64_t ivset_guid = 0;
  std::uint64_t from_ivset_guid = 0;
};

/// BEGIN's payload in a raw stream, of the right form: no key opens it.
inline Bytes made_up_keydata(const KeyedSnapshot& snapshot) {
  stream::Nvlist keydata;
  keydata.add_u64("DSL_CRYPTO_SUITE", 8).add_u64("DSL_CRYPTO_GUID", 0x77);
  keydata.add_u64("DSL_CRYPTO_VERSION", 1);
  keydata.add_u8_array("DSL_CRYPTO_MASTER_KEY_1", Bytes(32, 1));
  keydata.add_u8_array("DSL_CRYPTO_HMAC_KEY_1", Bytes(64, 2));
  keydata.add_u8_array("DSL_CRYPTO_IV", Bytes(12, 3)).add_u8_array("DSL_CRYPTO_MAC", Bytes(16, 4));
  keydata.add_u8_array("portable_mac", Bytes(32, 5));
  keydata.add_u64("keyformat", 1).add_u64("pbkdf2iters", 0).add_u64("pbkdf2salt", 0);
  keydata.add_u64("mdn_checksum", 0).add_u64("mdn_compress", 0).add_u64("mdn_nlevels", 6);
  keydata.add_u64("mdn_blksz", 16384).add_u64("mdn_indblkshift", 17).add_u64("mdn_nblkptr", 3);
  keydata.add_u64("mdn_maxblkid", snapshot.last_dnode_block);
  keydata.add_u64("to_ivset_guid", snapshot.ivset_guid);
  keydata.add_u64("from_ivset_guid", snapshot.from_ivset_guid);
  stream::Nvlist list;
  list.add_nvlist(stream::begin_key::kCryptKeydata, keydata);
  return stream::encode_nvlist(list, {});
}

}  // namespace sealift::bench
