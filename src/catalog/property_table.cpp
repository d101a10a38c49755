// SPDX-License-Identifier: Apache-2.0
#include "catalog/property_table.h"

namespace sealift::catalog {
namespace {

constexpr unsigned kFs = static_cast<unsigned>(EntryType::kFilesystem);
constexpr unsigned kVol = static_cast<unsigned>(EntryType::kVolume);
constexpr unsigned kSnap = static_cast<unsigned>(EntryType::kSnapshot);
constexpr unsigned kMark = static_cast<unsigned>(EntryType::kBookmark);
constexpr unsigned kHeads = kFs | kVol;
constexpr unsigned kSets = kHeads | kSnap;
constexpr unsigned kAll = kSets | kMark;

constexpr std::uint64_t zstd(std::uint64_t level) {
  return 16 | (level << 7);
}

constexpr IndexName kBoolean[] = {{"off", 0}, {"on", 1}};
constexpr IndexName kCopies[] = {{"1", 1}, {"2", 2}, {"3", 3}};
constexpr IndexName kVersions[] = {{"1", 1}, {"2", 2}, {"3", 3}, {"4", 4}, {"5", 5}};
constexpr IndexName kChecksum[] = {
    {"on", 1},      {"off", 2},    {"fletcher2", 6}, {"fletcher4", 7}, {"sha256", 8},
    {"sha512", 11}, {"skein", 12}, {"edonr", 13},    {"blake3", 14},
};
constexpr std::uint64_t kVerify = 1 << 8;
constexpr IndexName kDedup[] = {
    {"on", 1},
    {"off", 2},
    {"verify", 1 | kVerify},
    {"sha256", 8},
    {"sha256,verify", 8 | kVerify},
    {"sha512", 11},
    {"sha512,verify", 11 | kVerify},
    {"skein", 12},
    {"skein,verify", 12 | kVerify},
    {"edonr,verify", 13 | kVerify},
    {"blake3", 14},
    {"blake3,verify", 14 | kVerify},
};
constexpr IndexName kCompression[] = {
    {"on", 1},
    {"off", 2},
    {"lzjb", 3},
    {"gzip", 10},
    {"gzip-1", 5},
    {"gzip-2", 6},
    {"gzip-3", 7},
    {"gzip-4", 8},
    {"gzip-5", 9},
    {"gzip-6", 10},
    {"gzip-7", 11},
    {"gzip-8", 12},
    {"gzip-9", 13},
    {"zle", 14},
    {"lz4", 15},
    {"zstd", 16},
    {"zstd-fast", zstd(103)},
    {"zstd-fast-1", zstd(103)},
    {"zstd-fast-2", zstd(104)},
    {"zstd-fast-3", zstd(105)},
    {"zstd-fast-4", zstd(106)},
    {"zstd-fast-5", zstd(107)},
    {"zstd-fast-6", zstd(108)},
    {"zstd-fast-7", zstd(109)},
    {"zstd-fast-8", zstd(110)},
    {"zstd-fast-9", zstd(111)},
    {"zstd-fast-10", zstd(112)},
    {"zstd-fast-20", zstd(113)},
    {"zstd-fast-30", zstd(114)},
    {"zstd-fast-40", zstd(115)},
    {"zstd-fast-50", zstd(116)},
    {"zstd-fast-60", zstd(117)},
    {"zstd-fast-70", zstd(118)},
    {"zstd-fast-80", zstd(119)},
    {"zstd-fast-90", zstd(120)},
    {"zstd-fast-100", zstd(121)},
    {"zstd-fast-500", zstd(122)},
    {"zstd-fast-1000", zstd(123)},
    {"zstd-1", zstd(1)},
    {"zstd-2", zstd(2)},
    {"zstd-3", zstd(3)},
    {"zstd-4", zstd(4)},
    {"zstd-5", zstd(5)},
    {"zstd-6", zstd(6)},
    {"zstd-7", zstd(7)},
    {"zstd-8", zstd(8)},
    {"zstd-9", zstd(9)},
    {"zstd-10", zstd(10)},
    {"zstd-11", zstd(11)},
    {"zstd-12", zstd(12)},
    {"zstd-13", zstd(13)},
    {"zstd-14", zstd(14)},
    {"zstd-15", zstd(15)},
    {"zstd-16", zstd(16)},
    {"zstd-17", zstd(17)},
    {"zstd-18", zstd(18)},
    {"zstd-19", zstd(19)},
};
constexpr IndexName kRedundantMetadata[] = {{"all", 0}, {"most", 1}, {"some", 2}, {"none", 3}};
constexpr IndexName kSync[] = {{"standard", 0}, {"always", 1}, {"disabled", 2}};
constexpr IndexName kSnapdir[] = {{"hidden", 0}, {"visible", 1}, {"disabled", 2}};
constexpr IndexName kAclMode[] = {
    {"discard", 0}, {"groupmask", 2}, {"passthrough", 3}, {"restricted", 4}};
constexpr IndexName kAclType[] = {{"off", 0},      {"posix", 1}, {"nfsv4", 2},
                                  {"disabled", 0}, {"noacl", 0}, {"posixacl", 1}};
constexpr IndexName kAclInherit[] = {{"discard", 0},     {"noallow", 1}, {"restricted", 4},
                                     {"passthrough", 3}, {"secure", 4},  {"passthrough-x", 5}};
constexpr IndexName kCase[] = {{"sensitive", 0}, {"insensitive", 1}, {"mixed", 2}};
constexpr IndexName kNormalize[] = {
    {"none", 0}, {"formD", 0x10}, {"formKC", 0x60}, {"formC", 0x50}, {"formKD", 0x20}};
constexpr IndexName kCache[] = {{"none", 0}, {"metadata", 1}, {"all", 2}};
constexpr IndexName kLogbias[] = {{"latency", 0}, {"throughput", 1}};
constexpr IndexName kXattr[] = {{"off", 0}, {"dir", 1}, {"on", 2}, {"sa", 2}};
constexpr IndexName kDnodesize[] = {{"legacy", 0}, {"auto", 1},  {"1k", 1024},  {"2k", 2048},
                                    {"4k", 4096},  {"8k", 8192}, {"16k", 16384}};
constexpr IndexName kVolmode[] = {
    {"default", 0}, {"full", 1}, {"geom", 1}, {"dev", 2}, {"none", 3}};
constexpr IndexName kCanmount[] = {{"off", 0}, {"on", 1}, {"noauto", 2}};
constexpr IndexName kDirect[] = {{"disabled", 0}, {"standard", 1}, {"always", 2}};

using Role = PropertyRole;
using Form = PropertyForm;

constexpr NativeProperty read_only(std::string_view name, std::string_view heading, unsigned types,
                                   Unit unit = Unit::kText) {
  return {{name, heading, unit, true, unit == Unit::kBytes || unit == Unit::kCount},
          Role::kReadOnly,
          Form::kText,
          types,
          {}};
}

constexpr NativeProperty index(std::string_view name, std::string_view heading, unsigned types,
                               std::span<const IndexName> names) {
  return {{name, heading, Unit::kText, false, false}, Role::kInherited, Form::kIndex, types, names};
}

constexpr NativeProperty text(std::string_view name, std::string_view heading, unsigned types,
                              Role role) {
  return {{name, heading, Unit::kText, false, false}, role, Form::kText, types, {}};
}

constexpr NativeProperty size(std::string_view name, std::string_view heading, unsigned types,
                              Role role) {
  return {
      {name, heading, Unit::kBytes, role == Role::kOneTime, true}, role, Form::kSize, types, {}};
}

constexpr NativeProperty count(std::string_view name, std::string_view heading, unsigned types) {
  return {{name, heading, Unit::kCount, false, true}, Role::kPlain, Form::kNumber, types, {}};
}

constexpr NativeProperty with(NativeProperty property, Role role) {
  property.role = role;
  property.info.is_read_only = role == Role::kOneTime || role == Role::kReadOnly;
  return property;
}

constexpr NativeProperty kTable[] = {
    read_only("name", "NAME", kAll),
    read_only("type", "TYPE", kAll),
    read_only("creation", "CREATION", kAll, Unit::kTime),
    read_only("used", "USED", kSets, Unit::kBytes),
    read_only("available", "AVAIL", kHeads, Unit::kBytes),
    read_only("referenced", "REFER", kAll, Unit::kBytes),
    read_only("origin", "ORIGIN", kHeads),
    read_only("createtxg", "CREATETXG", kAll, Unit::kCount),
    read_only("guid", "GUID", kAll, Unit::kCount),
    read_only("usedbysnapshots", "USEDSNAP", kHeads, Unit::kBytes),
    read_only("usedbydataset", "USEDDS", kHeads, Unit::kBytes),
    read_only("usedbychildren", "USEDCHILD", kHeads, Unit::kBytes),
    read_only("usedbyrefreservation", "USEDREFRESERV", kHeads, Unit::kBytes),
    read_only("written", "WRITTEN", kSets, Unit::kBytes),
    read_only("logicalreferenced", "LREFER", kSets, Unit::kBytes),
    read_only("userrefs", "USERREFS", kSnap, Unit::kCount),
    read_only("clones", "CLONES", kSnap),
    read_only("defer_destroy", "DEFER_DESTROY", kSnap),
    read_only("snapshot_count", "SSCOUNT", kHeads, Unit::kCount),
    read_only("encryption", "ENCRYPTION", kSets),
    read_only("encryptionroot", "ENCROOT", kSets),
    read_only("keystatus", "KEYSTATUS", kSets),
    read_only("keyformat", "KEYFORMAT", kHeads),
    read_only("pbkdf2iters", "PBKDF2ITERS", kHeads, Unit::kCount),
    read_only("pbkdf2salt", "PBKDF2SALT", kHeads, Unit::kCount),
    read_only("keyguid", "KEYGUID", kSets, Unit::kCount),
    read_only("ivsetguid", "IVSETGUID", kSnap | kMark, Unit::kCount),
    read_only("wrapping", "WRAPPING", kSets),
    read_only("proof", "PROOF", kSnap),
    read_only("receive_resume_token", "RESUMETOK", kHeads),
    read_only("redact_snaps", "RSNAPS", kSnap | kMark),
    read_only("mounted", "MOUNTED", kFs),

    text("mountpoint", "MOUNTPOINT", kFs, Role::kInherited),
    text("keylocation", "KEYLOCATION", kHeads, Role::kPlain),
    size("recordsize", "RECSIZE", kFs, Role::kInherited),
    size("volsize", "VOLSIZE", kVol | kSnap, Role::kOneTime),
    size("volblocksize", "VOLBLOCK", kVol, Role::kOneTime),
    index("compression", "COMPRESS", kHeads, kCompression),
    index("checksum", "CHECKSUM", kHeads, kChecksum),
    index("dedup", "DEDUP", kHeads, kDedup),
    index("copies", "COPIES", kHeads, kCopies),
    index("redundant_metadata", "REDUND_MD", kHeads, kRedundantMetadata),
    index("sync", "SYNC", kHeads, kSync),
    index("logbias", "LOGBIAS", kHeads, kLogbias),
    index("primarycache", "PRIMARYCACHE", kSets, kCache),
    index("secondarycache", "SECONDARYCACHE", kSets, kCache),
    index("prefetch", "PREFETCH", kSets, kCache),
    index("readonly", "RDONLY", kHeads, kBoolean),
    index("atime", "ATIME", kFs, kBoolean),
    index("relatime", "RELATIME", kFs, kBoolean),
    index("devices", "DEVICES", kFs | kSnap, kBoolean),
    index("exec", "EXEC", kFs | kSnap, kBoolean),
    index("setuid", "SETUID", kFs | kSnap, kBoolean),
    index("zoned", "ZONED", kFs, kBoolean),
    index("vscan", "VSCAN", kFs, kBoolean),
    index("nbmand", "NBMAND", kFs | kSnap, kBoolean),
    index("overlay", "OVERLAY", kFs, kBoolean),
    index("xattr", "XATTR", kFs | kSnap, kXattr),
    index("dnodesize", "DNSIZE", kFs, kDnodesize),
    index("snapdir", "SNAPDIR", kFs, kSnapdir),
    index("snapdev", "SNAPDEV", kHeads, kSnapdir),
    index("aclmode", "ACLMODE", kFs, kAclMode),
    index("acltype", "ACLTYPE", kFs | kSnap, kAclType),
    index("aclinherit", "ACLINHERIT", kFs, kAclInherit),
    index("volmode", "VOLMODE", kHeads, kVolmode),
    index("direct", "DIRECT", kFs, kDirect),
    with(index("canmount", "CANMOUNT", kFs, kCanmount), Role::kPlain),
    with(index("volthreading", "VOLTHREAD", kVol, kBoolean), Role::kPlain),
    with(index("version", "VERSION", kFs | kSnap, kVersions), Role::kOneTime),
    with(index("normalization", "NORMALIZATION", kFs | kSnap, kNormalize), Role::kOneTime),
    with(index("casesensitivity", "CASE", kFs | kSnap, kCase), Role::kOneTime),
    with(index("utf8only", "UTF8ONLY", kFs | kSnap, kBoolean), Role::kOneTime),
    with(index("longname", "LONGNAME", kFs, kBoolean), Role::kInherited),
    text("sharenfs", "SHARENFS", kFs, Role::kInherited),
    text("sharesmb", "SHARESMB", kFs, Role::kInherited),
    text("mlslabel", "MLSLABEL", kSets, Role::kInherited),
    text("context", "CONTEXT", kSets, Role::kPlain),
    text("fscontext", "FSCONTEXT", kSets, Role::kPlain),
    text("defcontext", "DEFCONTEXT", kSets, Role::kPlain),
    text("rootcontext", "ROOTCONTEXT", kSets, Role::kPlain),
    size("special_small_blocks", "SPECIAL_SMALL_BLOCKS", kHeads, Role::kInherited),
    size("quota", "QUOTA", kFs, Role::kPlain),
    size("reservation", "RESERV", kHeads, Role::kPlain),
    size("refquota", "REFQUOTA", kFs, Role::kPlain),
    size("refreservation", "REFRESERV", kHeads, Role::kPlain),
    count("filesystem_limit", "FSLIMIT", kFs),
    count("snapshot_limit", "SSLIMIT", kHeads),
    size("defaultuserquota", "DEFAULTUSERQUOTA", kFs | kSnap, Role::kPlain),
    size("defaultgroupquota", "DEFAULTGROUPQUOTA", kFs | kSnap, Role::kPlain),
    size("defaultprojectquota", "DEFAULTPROJECTQUOTA", kFs | kSnap, Role::kPlain),
    size("defaultuserobjquota", "DEFAULTUSEROBJQUOTA", kFs | kSnap, Role::kPlain),
    size("defaultgroupobjquota", "DEFAULTGROUPOBJQUOTA", kFs | kSnap, Role::kPlain),
    size("defaultprojectobjquota", "DEFAULTPROJECTOBJQUOTA", kFs | kSnap, Role::kPlain),
};

struct ShortName {
  std::string_view name;
  std::string_view means;
};
constexpr ShortName kShortNames[] = {
    {"avail", "available"},
    {"refer", "referenced"},
    {"lrefer", "logicalreferenced"},
    {"compress", "compression"},
    {"recsize", "recordsize"},
    {"rdonly", "readonly"},
    {"usedsnap", "usedbysnapshots"},
    {"usedds", "usedbydataset"},
    {"usedchild", "usedbychildren"},
    {"usedrefreserv", "usedbyrefreservation"},
    {"volblock", "volblocksize"},
    {"reserv", "reservation"},
    {"refreserv", "refreservation"},
    {"encroot", "encryptionroot"},
    {"resumetok", "receive_resume_token"},
    {"sscount", "snapshot_count"},
    {"rsnaps", "redact_snaps"},
    {"case", "casesensitivity"},
    {"dnsize", "dnodesize"},
    {"redund_md", "redundant_metadata"},
};

}  // namespace

std::span<const NativeProperty> native_properties() {
  return kTable;
}

const NativeProperty* find_native(std::string_view name) {
  for (const ShortName& each : kShortNames) {
    if (each.name == name) name = each.means;
  }
  for (const NativeProperty& each : kTable) {
    if (each.info.name == name) return &each;
  }
  return nullptr;
}

}  // namespace sealift::catalog
