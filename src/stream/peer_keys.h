// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/stream.h>

#include <map>
#include <optional>

#include "stream/nvlist.h"
#include "stream/record.h"

namespace sealift::stream {

/// A wrapping as crypt_keydata has it.
struct PeerWrapping {
  Nvlist fields;     ///< of crypt_keydata, those that tell of key and wrapping, in its order
  std::string from;  ///< toname of the stream in whose head it stood

  std::uint64_t key_guid() const { return fields.get_u64("DSL_CRYPTO_GUID").value_or(0); }
};

/// What heads tell of the keys of the peer that sent them.
class PeerKeys {
 public:
  /// Adds what `head` tells. Throws as Peer's constructor.
  void add(Source& head);
  void add(const PeerKeys& other);

  /// The wrapping of that master key, or null.
  const PeerWrapping* find(std::uint64_t key_guid) const;
  /// The wrapping to put into a stream with this crypt_keydata, or null if no head has its master
  /// key. Throws Error(kRefused), naming both, where suite or version differ.
  const PeerWrapping* match(const Nvlist& keydata) const;
  /// Throws Error(kRefused) where receiving a package with this list would make real ZFS change
  /// which datasets are encryption roots at the peer (lib/libzfs/libzfs_sendrecv.c,
  /// recv_fix_encryption_hierarchy): it looks at no keys then.
  void check_roots(const Nvlist& package_list) const;
  /// "key 5ac8d28e, suite aes-256-gcm" for each.
  std::string describe() const;

  /// True if `now`, from the same head, says the same.
  bool is_same(const PeerKeys& now) const;

 private:
  void add_single(const Nvlist& keydata, const std::string& to_name);
  void add_list(const Nvlist& package_list);
  void add_wrapping(PeerWrapping wrapping);

  std::map<std::uint64_t, PeerWrapping> wrappings_;  ///< by key guid
  /// Whether the dataset is a root that has the snapshot of this guid. Nothing: no head was a
  /// package with a list.
  std::optional<std::map<std::uint64_t, bool>> roots_;
};

/// `keydata` with the wrapping in place of its own; every pair stays where it is.
Nvlist with_wrapping(const Nvlist& keydata, const PeerWrapping& wrapping);

/// "key 5ac8d28e, suite aes-256-gcm, version 1" of a crypt_keydata.
std::string describe_key(const Nvlist& keydata);

}  // namespace sealift::stream
