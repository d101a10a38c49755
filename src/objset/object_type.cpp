// SPDX-License-Identifier: Apache-2.0
#include "objset/object_type.h"

namespace sealift::objset {
namespace {

constexpr std::uint32_t kNewType = 0x80;
constexpr std::uint32_t kNewTypeMetadata = 0x40;
constexpr std::uint32_t kNewTypeEncrypted = 0x20;

}  // namespace

bool is_metadata_type(std::uint32_t object_type) {
  if (object_type & kNewType) return (object_type & kNewTypeMetadata) != 0;
  switch (object_type) {
    case 19:  // plain file contents
    case 23:  // zvol contents
    case 25:  // other uint8[]
    case 26:  // other uint64[]
    case 49:  // deduplicated block
      return false;
    default:
      return true;
  }
}

bool is_encrypted_type(std::uint32_t object_type) {
  if (object_type & kNewType) return (object_type & kNewTypeEncrypted) != 0;
  switch (object_type) {
    case 9:   // intent log
    case 10:  // dnode
    case 18:  // version 0 ACL
    case 19:  // plain file contents
    case 20:  // directory
    case 22:  // delete queue
    case 23:  // zvol contents
    case 25:  // other uint8[]
    case 26:  // other uint64[]
    case 33:  // ACL
    case 34:  // system ACL
    case 35:  // FUID table
    case 39:  // user, group and project used
    case 40:  // user, group and project quota
    case 44:  // system attributes
    case 45:  // master node of system attributes
    case 46:  // their registration
    case 47:  // their layouts
    case 49:  // deduplicated block
      return true;
    default:
      return false;
  }
}

}  // namespace sealift::objset
