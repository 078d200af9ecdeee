/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A program that writes a file into a descriptor of snet and returns from main without waiting.
 *
 *   fd_exit ADDRESS SERVER_KEY FILE        the parent writes
 *   fd_exit ADDRESS SERVER_KEY FILE fork   a child does, and exits first
 */
#include <snet/socket.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool exit_copy(FILE *file, int fd)
{
    char chunk[65536];
    size_t len = fread(chunk, 1, sizeof chunk, file);
    for (; len > 0; len = fread(chunk, 1, sizeof chunk, file)) {
        if (write(fd, chunk, len) != (ssize_t)len) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct snet_key server_key;
    const struct snet_config config = {
        .size = sizeof config,
        .server_key = &server_key,
    };
    if (argc < 4 || snet_key_parse(argv[2], &server_key) != SNET_OK) {
        return EXIT_FAILURE;
    }
    FILE *file = fopen(argv[3], "rb");
    const int fd = snet_dial_fd(argv[1], &config, NULL);
    if (file == NULL || fd < 0) {
        return EXIT_FAILURE;
    }
    const pid_t child = argc > 4 ? fork() : 0;
    const bool good = child == 0 ? exit_copy(file, fd) : waitpid(child, NULL, 0) == child;
    (void)fclose(file);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
