# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# What `make install` puts where. Nothing of it holds the prefix: snet.pc and the CMake package find
# it from where they lie, so that an installation can be moved.
include(CMakePackageConfigHelpers)

if(TARGET snet)
  install(TARGETS snet RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
set_target_properties(libsnet PROPERTIES EXPORT_NAME static)
set_target_properties(libsnet_shared PROPERTIES EXPORT_NAME snet)
install(TARGETS libsnet libsnet_shared EXPORT snet
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
file(GLOB public_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/snet/*.h)
install(FILES ${public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/snet)

set(SNET_PC_IPSEC_MB)
if(SNET_WITH_IPSEC_MB)
  set(SNET_PC_IPSEC_MB "-lIPSec_MB ")
endif()
file(RELATIVE_PATH SNET_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/snet.pc.in snet.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/snet.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Below 1.0 a minor version may break what the one before it promised.
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/snet)
install(EXPORT snet FILE snet-targets.cmake NAMESPACE snet:: DESTINATION ${package})
write_basic_package_version_file(snet-config-version.cmake COMPATIBILITY SameMinorVersion)
if(SNET_WITH_IPSEC_MB)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/ipsec-mb.cmake DESTINATION ${package}
    RENAME snet-ipsec-mb.cmake)
endif()
install(FILES ${CMAKE_CURRENT_LIST_DIR}/snet-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/snet-config-version.cmake DESTINATION ${package})
