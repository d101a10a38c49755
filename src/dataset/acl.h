// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "dataset/file_system.h"

namespace sealift::dataset {

/// The extended attribute in which an NFSv4 ACL is kept where a file system has none.
constexpr const char* kAclXattr = "user.sealift.nfs4_acl";

/// A file's NFSv4 ACL as nfs4_acl(5) writes it, an entry a line: "A:fd:OWNER@:rwaDxtTnNcCoy".
/// Nothing where it says no more than the mode does, as all do that OpenZFS on Linux makes. POSIX
/// ACLs are extended attributes, not this. Throws Error(kDamaged).
std::optional<std::string> nfs4_acl(const FileSystem& files, const File& file);

}  // namespace sealift::dataset
