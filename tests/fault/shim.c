/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A preloaded library that lets calls of the system fail. SNET_FAULT=CALL:FIRST:COUNT:ERRNO lets
 * the calls FIRST to FIRST + COUNT - 1 of one function fail with a number of errno; getaddrinfo
 * fails with that number as its own. SNET_FAULT_COUNTS=FILE writes how often each was called when
 * the process ends in order.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Of the C library, which asks for memory itself before this is set up. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

enum shim_call {
    SHIM_MALLOC,
    SHIM_READ,
    SHIM_WRITE,
    SHIM_ACCEPT,
    SHIM_CONNECT,
    SHIM_SOCKET,
    SHIM_OPEN,
    SHIM_EPOLL_CTL,
    SHIM_GETADDRINFO,
    SHIM_CALLS
};

static const char *const shim_names[SHIM_CALLS] = {
    "malloc", "read", "write", "accept", "connect", "socket", "open", "epoll_ctl", "getaddrinfo",
};

static atomic_ullong shim_count[SHIM_CALLS];
static enum shim_call shim_call = SHIM_CALLS;
static unsigned long long shim_first;
static unsigned long long shim_last;
static int shim_errno;

__attribute__((constructor)) static void shim_begin(void)
{
    const char *text = getenv("SNET_FAULT");
    char name[16];
    unsigned long long count = 0;
    if (text == NULL ||
        sscanf(text, "%15[a-z_]:%llu:%llu:%d", name, &shim_first, &count, &shim_errno) != 4) {
        return;
    }
    shim_last = shim_first + count - 1;
    for (unsigned call = 0; call < SHIM_CALLS; call++) {
        if (strcmp(name, shim_names[call]) == 0) {
            shim_count[call] = 0;
            shim_call = (enum shim_call)call;
        }
    }
}

__attribute__((destructor)) static void shim_end(void)
{
    const char *path = getenv("SNET_FAULT_COUNTS");
    FILE *file = path == NULL ? NULL : fopen(path, "we");
    for (unsigned call = 0; file != NULL && call < SHIM_CALLS; call++) {
        (void)fprintf(file, "%s %llu\n", shim_names[call], (unsigned long long)shim_count[call]);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

__attribute__((noreturn)) void _exit(int status)
{
    shim_end();
    (void)syscall(SYS_exit_group, status);
    __builtin_unreachable();
}

/* Whether this call is one that fails. */
static bool shim_fails(enum shim_call call)
{
    const unsigned long long number = atomic_fetch_add(&shim_count[call], 1) + 1;
    if (call != shim_call || number < shim_first || number > shim_last) {
        return false;
    }
    errno = shim_errno;
    return true;
}

/* The function that this library stands in front of; for a pointer of any type. */
static void shim_find(const char *name, void *ret_function)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(ret_function, &found, sizeof found);
}

/* What a loop wakes itself with does not fail, and no loop could live with that. */
static bool shim_is_inner(int fd)
{
    struct stat stat;
    const int before = errno;
    const bool inner = fd > STDERR_FILENO && fstat(fd, &stat) == 0 && !S_ISSOCK(stat.st_mode) &&
                       !S_ISREG(stat.st_mode);
    errno = before;
    return inner;
}

void *malloc(size_t size)
{
    return shim_fails(SHIM_MALLOC) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return shim_fails(SHIM_MALLOC) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return shim_fails(SHIM_MALLOC) ? NULL : __libc_realloc(old, size);
}

#define SHIM_WRAP_IO(call, name, parameters, arguments)                                            \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        static ssize_t(*real) parameters;                                                          \
        if (real == NULL) {                                                                        \
            shim_find(#name, &real);                                                               \
        }                                                                                          \
        return !shim_is_inner(fd) && shim_fails(call) ? -1 : real arguments;                       \
    }

#define SHIM_WRAP(call, type, name, parameters, arguments)                                         \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        if (real == NULL) {                                                                        \
            shim_find(#name, &real);                                                               \
        }                                                                                          \
        return shim_fails(call) ? -1 : real arguments;                                             \
    }

SHIM_WRAP_IO(SHIM_READ, read, (int fd, void *data, size_t len), (fd, data, len))
SHIM_WRAP_IO(SHIM_READ, readv, (int fd, const struct iovec *parts, int count), (fd, parts, count))
SHIM_WRAP_IO(SHIM_READ, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
SHIM_WRAP_IO(SHIM_WRITE, write, (int fd, const void *data, size_t len), (fd, data, len))
SHIM_WRAP_IO(SHIM_WRITE, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
SHIM_WRAP_IO(SHIM_WRITE, sendmsg, (int fd, const struct msghdr *message, int flags),
             (fd, message, flags))
SHIM_WRAP(SHIM_ACCEPT, int, accept4, (int fd, __SOCKADDR_ARG from, socklen_t *len, int flags),
          (fd, from, len, flags))
SHIM_WRAP(SHIM_CONNECT, int, connect, (int fd, __CONST_SOCKADDR_ARG to, socklen_t len),
          (fd, to, len))
SHIM_WRAP(SHIM_SOCKET, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
SHIM_WRAP(SHIM_EPOLL_CTL, int, epoll_ctl, (int fd, int what, int on, struct epoll_event *event),
          (fd, what, on, event))

int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (real == NULL) {
        shim_find("open", &real);
    }
    return shim_fails(SHIM_OPEN) ? -1 : real(path, flags, mode);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret_list)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (real == NULL) {
        shim_find("getaddrinfo", &real);
    }
    return shim_fails(SHIM_GETADDRINFO) ? shim_errno : real(host, service, hints, ret_list);
}
