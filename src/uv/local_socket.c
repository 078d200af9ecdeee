/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/local_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int local_error(void)
{
    return uv_translate_sys_error(errno);
}

/* The folder of the path, locked: two processes that find a file left behind must not both take its
   place. -1 when it cannot be locked; then binding goes on without. */
static int local_lock_folder(const char *path)
{
    char folder[SNET_STREAM_ADDRESS_MAX_BYTES];
    const char *slash = strrchr(path, '/');
    const int len = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
    (void)snprintf(folder, sizeof folder, "%.*s", len, slash == NULL ? "." : path);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)flock(fd, LOCK_EX);
    }
    return fd;
}

static int local_new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Whether the file is a socket that nobody listens on. */
static bool local_is_left_behind(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return false;
    }
    const int fd = local_new_socket();
    if (fd < 0) {
        return false;
    }
    const bool refused = connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
                         errno == ECONNREFUSED;
    (void)close(fd);
    return refused;
}

/* 0, or an error of libuv. A socket that is bound and does not listen would look left behind: the
   lock is held until it does. */
static int local_bind(int fd, const struct sockaddr_un *address)
{
    if (bind(fd, (const struct sockaddr *)address, sizeof *address) == 0) {
        return 0;
    }
    if (errno != EADDRINUSE) {
        return local_error();
    }
    if (!local_is_left_behind(address)) {
        return UV_EADDRINUSE;
    }
    (void)unlink(address->sun_path);
    return bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 ? 0 : local_error();
}

/* Which file it is now. */
static void local_remember(const char *path, struct snet_local_socket *ret_bound)
{
    struct stat status;
    if (lstat(path, &status) == 0) {
        (void)snprintf(ret_bound->path, sizeof ret_bound->path, "%s", path);
        ret_bound->device = status.st_dev;
        ret_bound->inode = status.st_ino;
    }
}

int snet_local_socket_listen(const char *path, struct snet_local_socket *ret_bound, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int len = snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (len <= 0 || (size_t)len >= sizeof address.sun_path) {
        return UV_ENAMETOOLONG;
    }
    const int fd = local_new_socket();
    if (fd < 0) {
        return local_error();
    }
    const int lock = local_lock_folder(path);
    int os_err = local_bind(fd, &address);
    if (os_err == 0) {
        local_remember(path, ret_bound);
        os_err = listen(fd, SNET_STREAM_BACKLOG) == 0 ? 0 : local_error();
    }
    if (os_err == 0) {
        *ret_fd = fd;
    } else {
        (void)close(fd);
    }
    if (lock >= 0) {
        (void)close(lock);
    }
    return os_err;
}

void snet_local_socket_remove(struct snet_local_socket *bound)
{
    struct stat status;
    if (bound->path[0] != '\0' && lstat(bound->path, &status) == 0 &&
        status.st_dev == bound->device && status.st_ino == bound->inode) {
        (void)unlink(bound->path);
    }
    bound->path[0] = '\0';
}
