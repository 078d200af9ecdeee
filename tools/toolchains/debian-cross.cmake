# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# What Debian's cross compilers for Linux have in common. The file of an architecture sets
# SNET_TRIPLET, SNET_ARCHITECTURE, CMAKE_SYSTEM_PROCESSOR and SNET_QEMU, then includes this one.
# The compiler brings the C library; the others come from where tools/sysroot has put them.
set(CMAKE_SYSTEM_NAME Linux)
get_filename_component(SNET_SYSROOT
  ${CMAKE_CURRENT_LIST_DIR}/../../build/matrix/sysroot/${SNET_ARCHITECTURE} ABSOLUTE)

set(CMAKE_C_COMPILER ${SNET_TRIPLET_GCC}-gcc)
set(CMAKE_C_STANDARD_INCLUDE_DIRECTORIES
  ${SNET_SYSROOT}/usr/include ${SNET_SYSROOT}/usr/include/${SNET_TRIPLET})
set(CMAKE_FIND_ROOT_PATH ${SNET_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_LIBRARY_ARCHITECTURE ${SNET_TRIPLET})

set(ENV{PKG_CONFIG_SYSROOT_DIR} ${SNET_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR}
  ${SNET_SYSROOT}/usr/lib/${SNET_TRIPLET}/pkgconfig:${SNET_SYSROOT}/usr/share/pkgconfig)

# The loader looks for the C library of the package, not of the compiler: they are of one version,
# and the package has all that the other libraries may ask it for.
set(CMAKE_CROSSCOMPILING_EMULATOR ${SNET_QEMU} -L ${SNET_SYSROOT})
