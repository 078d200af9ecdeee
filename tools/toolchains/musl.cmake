# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# musl as the C library of this machine's own architecture, by musl-gcc. For -DSNET_STANDIN=ON:
# Debian has no libcrypto, libuv or cmocka for it.
set(CMAKE_C_COMPILER musl-gcc)
