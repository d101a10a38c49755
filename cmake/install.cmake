# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where.

include(CMakePackageConfigHelpers)

if(TARGET libsealift)
  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/sealift)
  install(TARGETS libsealift EXPORT sealift)
  install(DIRECTORY include/sealift TYPE INCLUDE)
  install(EXPORT sealift NAMESPACE sealift:: DESTINATION ${package} FILE sealiftTargets.cmake)
  write_basic_package_version_file(sealiftConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES cmake/sealiftConfig.cmake
                ${CMAKE_CURRENT_BINARY_DIR}/sealiftConfigVersion.cmake DESTINATION ${package})
endif()
if(TARGET sealift)
  install(TARGETS sealift)
  install(TARGETS nbdkit_plugin LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/sealift)
endif()

file(GLOB pages CONFIGURE_DEPENDS man/*.[17])
foreach(page ${pages})
  string(REGEX MATCH "[17]$" section ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

install(FILES scripts/completions/sealift.bash RENAME sealift
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES scripts/completions/_sealift
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES scripts/completions/sealift.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
