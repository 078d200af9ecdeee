# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# 32 bits: size_t and pointers are half of uint64_t, which is aligned to 4 bytes.
set(SNET_ARCHITECTURE i386)
set(SNET_TRIPLET i386-linux-gnu)
set(SNET_TRIPLET_GCC i686-linux-gnu)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(SNET_QEMU qemu-i386)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)

# Machines that build for amd64 mostly run this as it is, by the loader and the C library of the
# package.
set(loader ${SNET_SYSROOT}/lib/ld-linux.so.2)
execute_process(COMMAND ${loader} --version RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
if(failed EQUAL 0)
  unset(CMAKE_CROSSCOMPILING_EMULATOR)
  set(CMAKE_EXE_LINKER_FLAGS_INIT -Wl,--dynamic-linker=${loader})
  set(CMAKE_BUILD_RPATH ${SNET_SYSROOT}/lib/${SNET_TRIPLET})
endif()
