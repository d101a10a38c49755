# SPDX-License-Identifier: Apache-2.0
# find_package(sealift) gives the target sealift::sealift.

include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(fmt)
find_dependency(OpenSSL 3)
find_dependency(ZLIB)
find_dependency(PkgConfig)
foreach(library libkeyutils libzstd liblz4 fuse3)
  string(REGEX REPLACE "^lib" "" name ${library})
  if(NOT TARGET PkgConfig::${name})
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${library})
  endif()
endforeach()
include(${CMAKE_CURRENT_LIST_DIR}/sealiftTargets.cmake)
