# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# find_package(snet): the shared library is the target snet::snet, the static one snet::static. What
# they link with is found as when they were built: by pkg-config, and by snet-ipsec-mb.cmake.
include(CMakeFindDependencyMacro)
find_dependency(PkgConfig)
foreach(module SNET_UV:libuv>=1.44 SNET_CRYPTO:libcrypto>=3.0)
  string(REPLACE ":" ";" module ${module})
  list(GET module 0 name)
  list(GET module 1 wanted)
  pkg_check_modules(${name} QUIET IMPORTED_TARGET GLOBAL ${wanted})
  if(NOT TARGET PkgConfig::${name})
    set(snet_FOUND FALSE)
    set(snet_NOT_FOUND_MESSAGE "snet needs ${wanted}, which pkg-config does not find")
    return()
  endif()
endforeach()
include(${CMAKE_CURRENT_LIST_DIR}/snet-ipsec-mb.cmake OPTIONAL RESULT_VARIABLE SNET_IPSEC_MB_FILE)
if(SNET_IPSEC_MB_FILE AND NOT TARGET snet_ipsec_mb)
  set(snet_FOUND FALSE)
  set(snet_NOT_FOUND_MESSAGE "snet needs libipsec-mb with its header, which are not found")
  return()
endif()
include(${CMAKE_CURRENT_LIST_DIR}/snet-targets.cmake)
