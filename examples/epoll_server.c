/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * An echo server with one thread and an epoll loop: nothing waits but epoll. What happens to all
 * sockets comes by one queue of events, whose descriptor epoll watches beside whatever else a
 * program has; here that is its standard input, whose end is the end.
 *
 *   epoll_server [HOST:PORT]
 */
#include <snet/socket.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CLIENT_BYTES 16384u

/* What has come and not gone back yet; the user pointer of its socket. */
struct client {
    size_t begin;
    size_t end;
    char bytes[CLIENT_BYTES];
};

/* Sends what there is; false when the session is over. */
static bool client_send(snet_socket *socket, struct client *client)
{
    while (client->begin < client->end) {
        const ssize_t len =
            snet_write(socket, client->bytes + client->begin, client->end - client->begin);
        if (len < 0) {
            return errno == EAGAIN; /* SNET_EVENT_WRITABLE follows */
        }
        client->begin += (size_t)len;
    }
    client->begin = client->end = 0;
    return true;
}

/* Echoes until one of both has to be waited for; false when the session is over. */
static bool client_echo(snet_socket *socket, struct client *client)
{
    while (client_send(socket, client) && client->end == 0) {
        const ssize_t len = snet_read(socket, client->bytes, sizeof client->bytes);
        if (len <= 0) {
            return len < 0 && errno == EAGAIN; /* SNET_EVENT_READABLE follows */
        }
        client->end = (size_t)len;
    }
    return client->end > 0 && snet_socket_error(socket) == SNET_OK;
}

static void client_close(snet_socket *socket, struct client *client)
{
    free(client);
    (void)snet_close(socket); /* what was written still goes out, in the background */
}

static void accept_all(snet_socket *listener)
{
    for (snet_socket *socket; (socket = snet_accept(listener)) != NULL;) {
        struct client *client = calloc(1, sizeof *client);
        snet_socket_set_user(socket, client);
        if (client == NULL) {
            (void)snet_close(socket);
        }
    }
}

static void handle_events(snet_events *events)
{
    struct snet_event event;
    while (snet_events_next(events, &event, sizeof event, 0) == 1) {
        const bool ready = event.type == SNET_EVENT_READABLE || event.type == SNET_EVENT_WRITABLE;
        if (event.type == SNET_EVENT_ACCEPTABLE) {
            accept_all(event.socket);
        } else if (ready && !client_echo(event.socket, event.user)) {
            client_close(event.socket, event.user);
        }
    }
}

/* Until the standard input ends. */
static void serve(snet_events *events)
{
    char byte = 0;
    const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ready = {.events = EPOLLIN, .data = {.fd = STDIN_FILENO}};
    (void)epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &ready);
    ready.data.fd = snet_events_fd(events);
    (void)epoll_ctl(epoll_fd, EPOLL_CTL_ADD, ready.data.fd, &ready);
    while (epoll_wait(epoll_fd, &ready, 1, -1) == 1 &&
           (ready.data.fd != STDIN_FILENO || read(STDIN_FILENO, &byte, 1) > 0)) {
        handle_events(events);
    }
    (void)close(epoll_fd);
}

int main(int argc, char **argv)
{
    struct snet_key secret;
    struct snet_key public_key;
    struct snet_info info;
    struct snet_error error;
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_config config = SNET_CONFIG_INIT;
    if (snet_key_generate(&secret) != SNET_OK || snet_key_public(&secret, &public_key) != SNET_OK) {
        (void)fprintf(stderr, "epoll_server: cannot make a key\n");
        return 1;
    }
    config.key = &secret;
    config.nonblocking = 1;
    config.events = snet_events_new();
    snet_socket *listener = snet_listen(argc > 1 ? argv[1] : "127.0.0.1:0", &config, &error);
    if (listener == NULL) {
        (void)fprintf(stderr, "epoll_server: %s\n", error.text);
        return 1;
    }
    (void)snet_socket_info(listener, &info, sizeof info);
    snet_key_format(&public_key, text);
    (void)printf("echo_client %s %s\n", info.address, text);
    (void)fflush(stdout);
    serve(config.events);
    (void)snet_close(listener);
    snet_events_free(config.events);
    return 0;
}
