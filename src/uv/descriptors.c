/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

bool snet_descriptors_few(const uv_stream_t *stream, unsigned count)
{
    struct rlimit limit;
    uv_os_fd_t fd = -1;
    if (uv_fileno((const uv_handle_t *)stream, &fd) != 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return false;
    }
    const int next = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (next < 0) {
        return true;
    }
    (void)close(next);
    return (rlim_t)next + count > limit.rlim_cur;
}
