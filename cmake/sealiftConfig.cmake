# SPDX-License-Identifier: Apache-2.0
# find_package(sealift) gives the target sealift::sealift.

include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(fmt)
find_dependency(OpenSSL 3)
find_dependency(ZLIB)
find_dependency(PkgConfig)
if(NOT TARGET PkgConfig::keyutils)
  pkg_check_modules(keyutils REQUIRED IMPORTED_TARGET libkeyutils)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/sealiftTargets.cmake)
