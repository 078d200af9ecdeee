/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A client for servers that talk in lines, as there are many: what is typed goes to the server,
 * what the server says is printed, and poll watches both. There are two of it, line_client_tcp over
 * plain TCP and line_client_snet over snet. README.md shows how little they differ.
 *
 *   line_client_snet HOST:PORT KEY
 */
#include <snet/socket.h>

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024u

/* A line that is not complete yet. */
struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
};

static int dial(const char *address, const char *key_text)
{
    struct snet_key key;
    struct snet_config config = SNET_CONFIG_INIT;
    config.server_key = &key;
    if (snet_key_parse(key_text, &key) != SNET_OK) {
        return -1;
    }
    return snet_dial_fd(address, &config, NULL);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    size_t done = 0;
    while (done < len) {
        const ssize_t part = write(fd, bytes + done, len - done);
        if (part < 0) {
            return false;
        }
        done += (size_t)part;
    }
    return true;
}

/* Reads what there is and passes on whole lines, each behind `prefix`. False at the end. */
static bool pass_lines(struct line *line, int from, int to, const char *prefix)
{
    char bytes[LINE_MAX_BYTES];
    const ssize_t len = read(from, bytes, sizeof bytes);
    for (ssize_t i = 0; i < len; i++) {
        line->bytes[line->len] = bytes[i];
        line->len++;
        if (bytes[i] == '\n' || line->len == LINE_MAX_BYTES) {
            if (!write_all(to, prefix, strlen(prefix)) || !write_all(to, line->bytes, line->len)) {
                return false;
            }
            line->len = 0;
        }
    }
    return len > 0;
}

int main(int argc, char **argv)
{
    const int server = argc == 3 ? dial(argv[1], argv[2]) : -1;
    if (server < 0) {
        (void)fprintf(stderr, "line_client: cannot connect\n");
        return 1;
    }
    struct line typed = {.len = 0};
    struct line said = {.len = 0};
    struct pollfd watch[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = server, .events = POLLIN}};
    bool more = true;
    while (more && poll(watch, 2, -1) > 0) {
        if (watch[0].revents != 0 && !pass_lines(&typed, STDIN_FILENO, server, "")) {
            (void)shutdown(server, SHUT_WR); /* nothing more is typed, but the server may go on */
            watch[0].fd = -1;
        }
        if (watch[1].revents != 0) {
            more = pass_lines(&said, server, STDOUT_FILENO, "< ");
        }
    }
    (void)close(server);
    return 0;
}
