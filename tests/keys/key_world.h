// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/master_key.h"
#include "replicate/send_world.h"

namespace sealift::keys::test {

using replicate::test::SendWorld;
using sealift::test::ReferenceStream;

/// The material that the reference streams' keys are made from.
inline crypto::Secret material(const std::string& file) {
  return crypto::Secret::copy_of(
      sealift::test::read_file(SEALIFT_TEST_DATA "/streams/keys/" + file));
}

/// A vault into which reference streams are received, and the snapshots there.
class KeyWorld {
 public:
  /// The stream, after the full one that it builds on; its dataset is named `name`.
  void receive(const ReferenceStream& stream, const std::string& name) {
    if (stream.from != "-") {
      const std::string full =
          stream.file.substr(0, stream.file.rfind('/') + 1) + stream.from + ".zfs";
      world_.receive(replicate::test::reference(full), name);
    }
    world_.receive(stream.read(), name);
  }

  /// A stream that was altered, say; its dataset is named `name`.
  void receive_bytes(const Bytes& stream, const std::string& name) { world_.receive(stream, name); }

  vault::Vault& vault() { return world_.vault().inner(); }
  catalog::Catalog catalog() const { return world_.catalog(); }

  catalog::SnapshotRecord snapshot(const std::string& dataset, const std::string& name) const {
    return catalog().find_snapshot(catalog().get(dataset).id, name).value();
  }
  catalog::Wrapping wrapping(const std::string& dataset) const {
    const auto record = catalog().get(dataset);
    return catalog().wrapping(record.id, record.key->own).value();
  }
  /// The dataset's master key, opened with the reference key `file`.
  MasterKey open(const std::string& dataset, const std::string& file) const {
    const catalog::Wrapping sealed = wrapping(dataset);
    return MasterKey::unwrap(sealed, WrappingKey::derive(material(file), derivation_of(sealed)))
        .value();
  }

 private:
  SendWorld world_;
};

}  // namespace sealift::keys::test
