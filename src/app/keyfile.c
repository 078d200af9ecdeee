/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void snet_keyfile_print(FILE *file, const struct snet_key *secret,
                        const struct snet_key *public_key)
{
    char text[SNET_KEY_TEXT_BYTES];
    snet_key_format(public_key, text);
    (void)fprintf(file, "# secret key of snet; its public key is %s\n", text);
    snet_key_format(secret, text);
    (void)fprintf(file, "%s\n", text);
    explicit_bzero(text, sizeof text);
}

bool snet_keyfile_create(const char *path, const struct snet_key *secret,
                         const struct snet_key *public_key)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) {
        return false;
    }
    snet_keyfile_print(file, secret, public_key);
    const bool written = fflush(file) == 0 && fsync(fd) == 0;
    const int saved_errno = errno;
    const bool closed = fclose(file) == 0;
    if (!written) {
        errno = saved_errno;
        (void)unlink(path); /* half a key is none */
    }
    return written && closed;
}
