# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# IBM Z: the big-endian machine; char is unsigned here, too.
set(SNET_ARCHITECTURE s390x)
set(SNET_TRIPLET s390x-linux-gnu)
set(SNET_TRIPLET_GCC s390x-linux-gnu)
set(CMAKE_SYSTEM_PROCESSOR s390x)
set(SNET_QEMU qemu-s390x)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)
