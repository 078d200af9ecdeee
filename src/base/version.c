/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/version.h>

_Static_assert(SNET_VERSION_NUMBER ==
                   (SNET_VERSION_MAJOR << 16 | SNET_VERSION_MINOR << 8 | SNET_VERSION_PATCH),
               "the number is made of the three parts");

const char *snet_version(void)
{
    return SNET_VERSION;
}

uint32_t snet_version_number(void)
{
    return SNET_VERSION_NUMBER;
}
