# SPDX-License-Identifier: Apache-2.0
# What comes from outside. scripts/packages names the Debian packages.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(keyutils REQUIRED IMPORTED_TARGET libkeyutils)
find_package(CURL REQUIRED)  # its headers: the library is loaded by who needs it
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(lz4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(fuse3 REQUIRED IMPORTED_TARGET fuse3)
pkg_check_modules(nbdkit REQUIRED IMPORTED_TARGET nbdkit)
if(BUILD_TESTING)
  find_package(Catch2 REQUIRED)
endif()
if(SEALIFT_BENCH)
  find_package(benchmark REQUIRED)
endif()
