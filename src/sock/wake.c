/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/wake.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int snet_wake_open(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void snet_wake_close(int wake_fd)
{
    if (wake_fd >= 0) {
        (void)close(wake_fd);
    }
}

void snet_wake_ring(int wake_fd)
{
    const uint64_t one = 1;
    if (wake_fd >= 0) {
        (void)!write(wake_fd, &one, sizeof one); /* a full counter is readable, too */
    }
}

void snet_wake_clear(int wake_fd)
{
    uint64_t rings = 0;
    if (wake_fd >= 0) {
        (void)!read(wake_fd, &rings, sizeof rings);
    }
}
