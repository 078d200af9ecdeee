/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The other end of echo_server: sends each line of its input and prints what comes back.
 *
 *   echo_client HOST:PORT KEY      both as echo_server prints them
 *
 * Pull the cable while it runs, or change networks: the next line takes a little longer.
 */
#include <snet/key.h>
#include <snet/socket.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A stream has no messages: what was written at once may come back in pieces. */
static bool read_all(snet_socket *server, char *ret_bytes, size_t len)
{
    size_t done = 0;
    while (done < len) {
        const ssize_t part = snet_read(server, ret_bytes + done, len - done);
        if (part <= 0) {
            return false;
        }
        done += (size_t)part;
    }
    return true;
}

static bool echo_lines(snet_socket *server)
{
    char line[1024];
    while (fgets(line, sizeof line, stdin) != NULL) {
        const size_t len = strlen(line);
        if (snet_write(server, line, len) != (ssize_t)len || !read_all(server, line, len)) {
            (void)fprintf(stderr, "echo_client: %s\n", snet_err_message(snet_socket_error(server)));
            return false;
        }
        (void)fwrite(line, 1, len, stdout);
        (void)fflush(stdout);
    }
    return true;
}

int main(int argc, char **argv)
{
    struct snet_key key;
    if (argc != 3 || snet_key_parse(argv[2], &key) != SNET_OK) {
        (void)fprintf(stderr, "usage: echo_client HOST:PORT KEY\n");
        return 2;
    }
    /* The key is how the client knows its server: nobody else can answer for it. */
    struct snet_config config = SNET_CONFIG_INIT;
    config.server_key = &key;
    struct snet_error error;
    snet_socket *server = snet_dial(argv[1], &config, &error);
    if (server == NULL) {
        (void)fprintf(stderr, "echo_client: %s\n", error.text);
        return 1;
    }
    const bool good = echo_lines(server);
    struct snet_info info;
    (void)snet_socket_info(server, &info, sizeof info);
    (void)fprintf(stderr, "echo_client: lost and resumed %u times\n", info.resumes);
    (void)snet_close(server);
    return good ? 0 : 1;
}
