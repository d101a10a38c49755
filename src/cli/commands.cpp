// SPDX-License-Identifier: Apache-2.0
// The table of commands. Each is defined in the file named after it.
#include "cli/command.h"

namespace sealift::cli {

extern const Command kBookmark;
extern const Command kCat;
extern const Command kChangeKey;
extern const Command kCreate;
extern const Command kDestroy;
extern const Command kDiff;
extern const Command kGet;
extern const Command kHold;
extern const Command kHolds;
extern const Command kInherit;
extern const Command kInit;
extern const Command kKeyAdopt;
extern const Command kKeyForget;
extern const Command kKeyStatus;
extern const Command kKeyTest;
extern const Command kList;
extern const Command kLoadKey;
extern const Command kLs;
extern const Command kMount;
extern const Command kNbd;
extern const Command kPromote;
extern const Command kPut;
extern const Command kReceive;
extern const Command kRelease;
extern const Command kRename;
extern const Command kRestore;
extern const Command kRollback;
extern const Command kSend;
extern const Command kSet;
extern const Command kSnapshot;
extern const Command kStatus;
extern const Command kStreamDump;
extern const Command kStreamRewrap;
extern const Command kStreamToken;
extern const Command kStreamVerify;
extern const Command kUnloadKey;
extern const Command kVerify;

std::span<const Command> commands() {
  static const Command table[] = {
      kBookmark,  kCat,      kChangeKey, kCreate,     kDestroy,      kDiff,        kGet,
      kHold,      kHolds,    kInherit,   kInit,       kKeyAdopt,     kKeyForget,   kKeyStatus,
      kKeyTest,   kList,     kLoadKey,   kLs,         kMount,        kNbd,         kPromote,
      kPut,       kReceive,  kRelease,   kRename,     kRestore,      kRollback,    kSend,
      kSet,       kSnapshot, kStatus,    kStreamDump, kStreamRewrap, kStreamToken, kStreamVerify,
      kUnloadKey, kVerify,
  };
  return table;
}

}  // namespace sealift::cli
