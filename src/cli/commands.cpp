// SPDX-License-Identifier: Apache-2.0
// The table of commands. Each is defined in the file named after it.
#include "cli/command.h"

namespace sealift::cli {

extern const Command kInit;
extern const Command kSend;
extern const Command kStatus;
extern const Command kStreamDump;
extern const Command kStreamToken;
extern const Command kStreamVerify;

std::span<const Command> commands() {
  static const Command table[] = {
      kInit,
      kSend,
      kStatus,
      kStreamDump,
      kStreamToken,
      kStreamVerify,
  };
  return table;
}

}  // namespace sealift::cli
