/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/sock_pair.h"

#include "sock/loop.h"
#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCK_PAIR_LINGER_NS (50 * SNET_MS_NS)

static int pair_connect(void *user)
{
    struct sock_pair *pair = user;
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
        .sin_port = htons((uint16_t)atoi(strrchr(pair->address, ':') + 1)),
    };
    const int fd = pair->closed ? -1 : socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(fd);
        errno = ENETUNREACH;
        return -1;
    }
    const int before = atomic_exchange(&pair->link, fcntl(fd, F_DUPFD_CLOEXEC, 0));
    (void)close(before);
    return fd;
}

void sock_pair_prepare(struct sock_pair *pair)
{
    *pair = (struct sock_pair){
        .client_config = SNET_CONFIG_INIT, .server_config = SNET_CONFIG_INIT, .link = -1};
    pair->server_config.key = &core_pair_keys()->server;
    pair->server_config.key_count = 1;
    pair->server_config.linger_ns = SOCK_PAIR_LINGER_NS;
    pair->client_config.server_key = &core_pair_keys()->server_public;
    pair->client_config.linger_ns = SOCK_PAIR_LINGER_NS;
    pair->client_config.connect = pair_connect;
    pair->client_config.user = pair;
}

void sock_pair_open(struct sock_pair *pair)
{
    struct snet_error error = {.err = SNET_OK};
    pair->listener = snet_listen("127.0.0.1:0", &pair->server_config, &error);
    if (pair->listener == NULL) {
        fail_msg("%s", error.text);
    }
    (void)snprintf(pair->address, sizeof pair->address, "%s", asked_address(pair->listener));
    pair->client = snet_dial_start(NULL, &pair->client_config, &error);
    if (pair->client == NULL || snet_dial_wait(pair->client, &error) != 0) {
        fail_msg("%s", error.text);
    }
    struct snet_pollfd poll_listener = {.socket = pair->listener, .events = SNET_POLL_IN};
    assert_int_equal(snet_poll(&poll_listener, 1, SNET_NEVER), 1);
    pair->server = snet_accept(pair->listener);
    assert_non_null(pair->server);
}

void sock_pair_begin(struct sock_pair *pair)
{
    sock_pair_prepare(pair);
    sock_pair_open(pair);
}

void sock_pair_cut(struct sock_pair *pair, bool closed)
{
    pair->closed = closed;
    assert_int_equal(shutdown(pair->link, SHUT_RDWR), 0);
}

void sock_pair_mend(struct sock_pair *pair)
{
    pair->closed = false;
    snet_network_changed();
}

void sock_pair_await_user(snet_socket *socket)
{
    bool waits = false;
    while (!waits) {
        (void)sched_yield();
        snet_loop_lock();
        waits = socket->users > 0 || socket->wait.watchers.count > 0;
        snet_loop_unlock();
    }
}

void sock_pair_close(struct sock_pair *pair)
{
    assert_int_equal(snet_close(pair->client), 0);
    assert_int_equal(snet_close(pair->server), 0);
    assert_int_equal(snet_close(pair->listener), 0);
    pair->client = pair->server = pair->listener = NULL;
}
