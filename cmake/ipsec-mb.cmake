# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# libipsec-mb as the target snet_ipsec_mb, where it is: for the build of snet, and installed beside
# snet-config.cmake for programs that link with it. Debian's package has nothing for pkg-config.
if(NOT TARGET snet_ipsec_mb)
  find_library(SNET_IPSEC_MB_LIBRARY IPSec_MB)
  find_path(SNET_IPSEC_MB_INCLUDE_DIR intel-ipsec-mb.h)
  mark_as_advanced(SNET_IPSEC_MB_LIBRARY SNET_IPSEC_MB_INCLUDE_DIR)
  if(SNET_IPSEC_MB_LIBRARY AND SNET_IPSEC_MB_INCLUDE_DIR)
    add_library(snet_ipsec_mb UNKNOWN IMPORTED GLOBAL)
    set_target_properties(snet_ipsec_mb PROPERTIES IMPORTED_LOCATION ${SNET_IPSEC_MB_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${SNET_IPSEC_MB_INCLUDE_DIR})
  endif()
endif()
