/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/sleepwatch.h"

#ifdef __linux__
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* Never due: seconds since 1970, as far as a time_t goes. */
#define SLEEPWATCH_NEVER_S ((time_t)(sizeof(time_t) > sizeof(int32_t) ? UINT32_MAX : INT32_MAX))

int snet_sleepwatch_open(void)
{
    const struct itimerspec never = {.it_value = {.tv_sec = SLEEPWATCH_NEVER_S}};
    const int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    /* The kernel cancels it when the date jumps, and that it does when the machine wakes up. */
    if (fd >= 0 &&
        timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

bool snet_sleepwatch_slept(int fd)
{
    uint64_t times = 0;
    return read(fd, &times, sizeof times) < 0 && errno == ECANCELED;
}
#else
int snet_sleepwatch_open(void)
{
    return -1;
}

bool snet_sleepwatch_slept(int fd)
{
    (void)fd;
    return false;
}
#endif
