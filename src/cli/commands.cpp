// SPDX-License-Identifier: Apache-2.0
// The table of commands. Each is defined in the file named after it.
#include "cli/command.h"

namespace sealift::cli {

extern const Command kInit;
extern const Command kStatus;
extern const Command kStreamDump;
extern const Command kStreamToken;

std::span<const Command> commands() {
  static const Command table[] = {
      kInit,
      kStatus,
      kStreamDump,
      kStreamToken,
  };
  return table;
}

}  // namespace sealift::cli
