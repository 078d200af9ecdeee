/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/resolver.h"

#include <snet/error.h>

#include "tests/support/unit.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One address of an answer. */
struct resolver_item {
    struct addrinfo info; /* first: this is what its owner knows */
    struct sockaddr_storage socket;
};

/* Held by each question for a moment, and by the test while there are no answers. */
static pthread_mutex_t resolver_mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *resolver_name;
static const char *resolver_hosts[TEST_RESOLVER_HOSTS_MAX];
static size_t resolver_count;

void test_resolver_hold(void)
{
    assert_int_equal(pthread_mutex_lock(&resolver_mutex), 0);
}

void test_resolver_release(void)
{
    assert_int_equal(pthread_mutex_unlock(&resolver_mutex), 0);
}

void test_resolver_set(const char *name, const char *const *hosts, size_t count)
{
    assert_in_range(count, 0, TEST_RESOLVER_HOSTS_MAX);
    test_resolver_hold();
    resolver_name = name;
    resolver_count = count;
    for (size_t i = 0; i < count; i++) {
        resolver_hosts[i] = hosts[i];
    }
    test_resolver_release();
}

static bool resolver_socket(const char *host, in_port_t port, struct resolver_item *item)
{
    struct sockaddr_in *in4 = (struct sockaddr_in *)&item->socket;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&item->socket;
    if (inet_pton(AF_INET, host, &in4->sin_addr) == 1) {
        in4->sin_port = port;
        item->info.ai_addrlen = sizeof *in4;
        item->socket.ss_family = AF_INET;
    } else if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
        in6->sin6_port = port;
        item->info.ai_addrlen = sizeof *in6;
        item->socket.ss_family = AF_INET6;
    } else {
        return false;
    }
    item->info.ai_family = item->socket.ss_family;
    item->info.ai_addr = (struct sockaddr *)&item->socket;
    return true;
}

static int resolver_answer(const char *const *hosts, size_t count, const char *service,
                           struct addrinfo **ret_list)
{
    const in_port_t port = htons((in_port_t)atoi(service));
    struct addrinfo *list = NULL;
    for (size_t i = count; i > 0; i--) {
        struct resolver_item *item = calloc(1, sizeof *item);
        if (item == NULL || !resolver_socket(hosts[i - 1], port, item)) {
            free(item);
            freeaddrinfo(list);
            return EAI_FAIL;
        }
        item->info.ai_socktype = SOCK_STREAM;
        item->info.ai_next = list;
        list = &item->info;
    }
    *ret_list = list;
    return 0;
}

/* These two take the place of the C library's. Exported, or libuv would not find them. */
SNET_API int getaddrinfo(const char *name, const char *service, const struct addrinfo *req,
                         struct addrinfo **pai)
{
    static const char *const localhost[] = {"127.0.0.1"};
    int result = EAI_NONAME;
    (void)req;
    (void)pthread_mutex_lock(&resolver_mutex);
    if (resolver_name != NULL && strcmp(name, resolver_name) == 0) {
        result = resolver_answer(resolver_hosts, resolver_count, service, pai);
    } else if (strcmp(name, "localhost") == 0) {
        result = resolver_answer(localhost, 1, service, pai);
    }
    (void)pthread_mutex_unlock(&resolver_mutex);
    return result;
}

SNET_API void freeaddrinfo(struct addrinfo *ai)
{
    while (ai != NULL) {
        struct addrinfo *next = ai->ai_next;
        free(ai);
        ai = next;
    }
}
