# SPDX-License-Identifier: Apache-2.0
# find_package(sealift) gives the target sealift::sealift.

include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(fmt)
find_dependency(OpenSSL 3)
find_dependency(ZLIB)
find_dependency(PkgConfig)
foreach(library keyutils zstd lz4)
  if(NOT TARGET PkgConfig::${library})
    pkg_check_modules(${library} REQUIRED IMPORTED_TARGET lib${library})
  endif()
endforeach()
include(${CMAKE_CURRENT_LIST_DIR}/sealiftTargets.cmake)
