# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# 64-bit Windows by mingw-w64. For -DSNET_STANDIN=ON: Debian has no libcrypto or libuv for it.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)
