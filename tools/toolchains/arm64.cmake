# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# 64-bit ARM: char is unsigned, and memory is ordered weakly.
set(SNET_ARCHITECTURE arm64)
set(SNET_TRIPLET aarch64-linux-gnu)
set(SNET_TRIPLET_GCC aarch64-linux-gnu)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(SNET_QEMU qemu-aarch64)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)
