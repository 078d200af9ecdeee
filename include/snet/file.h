/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sockets of <snet/socket.h> as files of <stdio.h>, for programs that use fprintf and fgets. Only
 * where the C library has fopencookie: glibc and musl.
 *
 * The file reads and writes. With glibc a program may turn from one to the other at any time; by
 * the rules of C, which musl needs, it calls fflush in between. What was written goes out with
 * fflush or when the buffer is full: a program that asks and then waits for an answer calls it
 * first. feof reports the other end's last byte, ferror with errno (ECONNRESET, EPIPE, ETIMEDOUT)
 * that the session ended otherwise. A file has no position; fseek fails.
 *
 * Stable ABI. Threads: any; the file locks itself while a thread waits in it, so that a second
 * thread cannot write meanwhile. Programs that need that use the socket.
 */
#ifndef SNET_FILE_H
#define SNET_FILE_H

#include <snet/socket.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the file takes from its socket at once. */
#define SNET_FILE_READ_BYTES 8192u

/*
 * As snet_dial, for which `config` with `nonblocking` does not suit. fclose flushes the file and
 * closes its socket, which lingers as after snet_close. NULL with errno of snet_dial or ENOMEM, and
 * `*ret_error` filled unless it is NULL.
 */
SNET_API FILE *snet_fopen(const char *address, const struct snet_config *config,
                          struct snet_error *ret_error);

/*
 * A file over a socket, which belongs to it from then on: not to be closed by itself, but to be
 * asked or told anything else. NULL with errno ENOMEM, or EBADF for NULL; the socket is still the
 * caller's.
 */
SNET_API FILE *snet_fdopen(snet_socket *socket);

#ifdef __cplusplus
}
#endif
#endif
