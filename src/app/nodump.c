/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/nodump.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void snet_nodump_process(void)
{
    /* The limit does not bind where the kernel gives dumps to a program; the flag does. Neither is
       a reason not to go on: the keys are no less secret without. */
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
