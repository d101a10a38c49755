// SPDX-License-Identifier: Apache-2.0
#include <sealift/error.h>

#include <cstdio>

int main() {
  try {
    throw sealift::Error(sealift::ErrorKind::kState, "the library is there");
  } catch (const sealift::Error& error) {
    std::puts(error.what());
  }
}
