# SPDX-License-Identifier: Apache-2.0
# How everything here is compiled.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
if(NOT DEFINED CMAKE_COMPILE_WARNING_AS_ERROR)
  set(CMAKE_COMPILE_WARNING_AS_ERROR ON)
endif()
add_compile_options(-Wall -Wextra -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms on std::string operator+ (GCC bug 105651).
  add_compile_options(-Wno-restrict -Wno-array-bounds)
  add_compile_options(-Wno-stringop-overflow -Wno-stringop-overread)  # and on fmt's appenders
endif()

# Assertions guard against our own bugs and stay on in every build.
foreach(type RELEASE RELWITHDEBINFO MINSIZEREL)
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_${type} "${CMAKE_CXX_FLAGS_${type}}")
endforeach()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

if(SEALIFT_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SEALIFT_FUZZ needs clang")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(SEALIFT_SANITIZE)
  add_compile_options(-fsanitize=${SEALIFT_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SEALIFT_SANITIZE})
endif()

# Several files at once, where a preset asks for it: a floor's files share one anonymous namespace
# then, and what is local to one of them cannot be named as in its neighbour.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
if(CMAKE_UNITY_BUILD)
  add_compile_options(-Wno-subobject-linkage)  # an Impl of local types
endif()

# Half of the time that a file takes goes to headers which all of them include. A compiler cache
# (CMAKE_CXX_COMPILER_LAUNCHER=ccache in the environment) knows nothing of precompiled ones.
set(SEALIFT_COMMON_HEADERS
    <algorithm> <array> <chrono> <cstdint> <deque> <filesystem> <functional> <map> <memory>
    <mutex> <optional> <set> <span> <string> <thread> <unordered_map> <variant> <vector>
    <fmt/format.h>)
function(sealift_precompile target)
  if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
    target_precompile_headers(${target} ${ARGN})
  endif()
endfunction()
