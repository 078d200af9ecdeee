/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * File: a socket behind a FILE. Built where the C library has fopencookie; see src/CMakeLists.txt.
 *
 * A C library that turns from reading to writing takes the file back by what it has read ahead, as
 * if there were a position. That is granted, from a copy of the last bytes read, or reading ahead
 * would lose them.
 */
#include <snet/file.h>

#include "base/cursor.h"
#include "sock/fail.h"

#include <errno.h>
#include <stdlib.h>

struct file {
    snet_socket *socket;
    size_t last_len; /* bytes in `last` */
    size_t last_at;  /* of these, handed out and not taken back */
    uint8_t last[SNET_FILE_READ_BYTES];
};

static ssize_t file_read(void *cookie, char *ret_data, size_t len)
{
    struct file *file = cookie;
    if (file->last_at == file->last_len) {
        const size_t want = len < sizeof file->last ? len : sizeof file->last;
        const ssize_t got = snet_read(file->socket, file->last, want);
        if (got <= 0) {
            return got;
        }
        file->last_at = 0;
        file->last_len = (size_t)got;
    }
    const size_t left = file->last_len - file->last_at;
    struct snet_writer writer;
    snet_writer_init(&writer, (uint8_t *)ret_data, len);
    snet_writer_bytes(&writer, file->last + file->last_at, left < len ? left : len);
    file->last_at += writer.written;
    return (ssize_t)writer.written;
}

/* An error is no bytes and errno: both C libraries take a negative count for nonsense. */
static ssize_t file_write(void *cookie, const char *data, size_t len)
{
    struct file *file = cookie;
    const ssize_t written = snet_write(file->socket, data, len);
    return written < 0 ? 0 : written;
}

static int file_seek(void *cookie, off64_t *offset, int whence)
{
    struct file *file = cookie;
    if (whence != SEEK_CUR || *offset >= 0 || (uint64_t) - *offset > file->last_at) {
        errno = ESPIPE;
        return -1;
    }
    file->last_at -= (size_t) - *offset;
    *offset = 0; /* any number will do but -1, which is an error */
    return 0;
}

static int file_close(void *cookie)
{
    struct file *file = cookie;
    (void)snet_close(file->socket);
    free(file);
    return 0;
}

FILE *snet_fdopen(snet_socket *socket)
{
    static const cookie_io_functions_t functions = {
        .read = file_read,
        .write = file_write,
        .seek = file_seek,
        .close = file_close,
    };
    if (socket == NULL) {
        errno = EBADF;
        return NULL;
    }
    struct file *file = calloc(1, sizeof *file);
    FILE *stream = file == NULL ? NULL : fopencookie(file, "r+", functions);
    if (stream == NULL) {
        free(file);
        errno = ENOMEM;
        return NULL;
    }
    file->socket = socket;
    return stream;
}

FILE *snet_fopen(const char *address, const struct snet_config *config,
                 struct snet_error *ret_error)
{
    snet_socket *socket = snet_dial(address, config, ret_error);
    FILE *stream = socket == NULL ? NULL : snet_fdopen(socket);
    if (socket != NULL && stream == NULL) {
        (void)snet_close(socket);
        snet_fail(ret_error, SNET_ERR_NO_MEMORY, ENOMEM, "making a file");
    }
    return stream;
}
