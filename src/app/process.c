/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* Limit where the system has none: a table of descriptors takes memory of the kernel. */
#define PROCESS_DESCRIPTORS_MAX 1048576u

/* A socket that got a number below 3 would be taken for standard input or output. The lowest free
   number is given out first. */
static void process_open_standard(void)
{
    int fd = 0;
    while (fd >= 0 && fd <= STDERR_FILENO) {
        fd = open("/dev/null", O_RDWR);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* Signals that end a process which does not know them, although nothing has happened to it. SIGQUIT
   and faults keep their meaning; those that mean something are taken by the commands. */
static void process_ignore_signals(void)
{
    static const int numbers[] = {SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1,
                                  SIGUSR2, SIGPOLL, SIGPWR,    SIGXFSZ};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)signal(numbers[i], SIG_IGN);
    }
}

/* The soft limit is small for the sake of programs that use select, which this one does not. */
static void process_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    const rlim_t wanted =
        limit.rlim_max < PROCESS_DESCRIPTORS_MAX ? limit.rlim_max : PROCESS_DESCRIPTORS_MAX;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void snet_process_begin(void)
{
    process_open_standard();
    process_ignore_signals();
    process_raise_descriptors();
}

uint64_t snet_process_descriptors_max(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}
