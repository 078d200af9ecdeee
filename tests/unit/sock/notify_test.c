/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/socket.h>

#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS "127.0.0.1:0"
#define CODE (SNET_CODE_APPLICATION + 7u)
#define EVENTS_MAX 32u
#define LINES_MAX 64u
#define LINE_BYTES 128u
#define FAILURES 2u /* of attempts to connect, after the loss */
#define BARREN 2u   /* connections that carry nothing, after the loss */

/* What was asked and told; written on the background thread. */
struct fixture {
    snet_socket *acceptor;
    struct snet_info client; /* the last one */
    uint32_t answer;
    atomic_uint asked;
    struct sockaddr_in target;
    atomic_int link;
    atomic_uint fail;   /* so many attempts */
    atomic_uint barren; /* and then so many connections to nobody */
    struct snet_event events[EVENTS_MAX];
    atomic_uint event_count;
    char lines[LINES_MAX][LINE_BYTES];
    atomic_uint line_count;
};

static uint32_t answer(void *user, const struct snet_info *client)
{
    struct fixture *fixture = user;
    fixture->client = *client;
    fixture->asked++;
    return fixture->answer;
}

static void take_event(void *user, const struct snet_event *event)
{
    struct fixture *fixture = user;
    const bool told = event->type <= SNET_EVENT_ENDED || event->type == SNET_EVENT_BARREN;
    if (told && fixture->event_count < EVENTS_MAX) {
        fixture->events[fixture->event_count] = *event;
        fixture->event_count++;
    }
}

static void take_line(void *user, const char *line)
{
    struct fixture *fixture = user;
    if (fixture->line_count < LINES_MAX) {
        (void)snprintf(fixture->lines[fixture->line_count], LINE_BYTES, "%s", line);
        fixture->line_count++;
    }
}

static bool has_line(const struct fixture *fixture, const char *part)
{
    for (unsigned i = 0; i < fixture->line_count; i++) {
        if (strstr(fixture->lines[i], part) != NULL) {
            return true;
        }
    }
    return false;
}

static int connect_or_fail(void *user)
{
    struct fixture *fixture = user;
    if (fixture->fail > 0) {
        fixture->fail--;
        errno = ECONNREFUSED;
        return -1;
    }
    if (fixture->barren > 0) {
        int ends[2];
        fixture->barren--;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        (void)close(ends[1]);
        return ends[0];
    }
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&fixture->target, sizeof fixture->target) != 0) {
        (void)close(fd);
        return -1;
    }
    fixture->link = fd;
    return fd;
}

static void fixture_init(struct fixture *fixture, uint32_t code)
{
    const struct snet_config config = {
        .size = sizeof config,
        .key = &core_pair_keys()->server,
        .key_count = 1,
        .on_accept = answer,
        .user = fixture,
    };
    memset(fixture, 0, sizeof *fixture);
    fixture->answer = code;
    fixture->acceptor = snet_listen(ADDRESS, &config, NULL);
    assert_non_null(fixture->acceptor);
    const char *port = strrchr(asked_address(fixture->acceptor), ':') + 1;
    fixture->target = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
        .sin_port = htons((uint16_t)atoi(port)),
    };
}

static struct snet_config client_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .server_key = &core_pair_keys()->server_public,
        .linger_ns = 100 * SNET_MS_NS,
    };
}

static void notify_of_a_client_that_is_refused_reach_it_with_the_code(void **state)
{
    (void)state;
    static struct fixture fixture;
    const uint32_t codes[] = {CODE, 1}; /* the second one is none of a program's */
    for (unsigned i = 0; i < 2; i++) {
        char byte = 0;
        fixture_init(&fixture, codes[i]);
        const struct snet_config config = client_config();
        snet_socket *socket = snet_dial(asked_address(fixture.acceptor), &config, NULL);
        assert_non_null(socket);
        assert_int_equal(snet_read(socket, &byte, 1), -1);
        assert_int_equal(errno, ECONNRESET);
        assert_int_equal(snet_socket_error(socket), SNET_ERR_PEER_ABORTED);
        assert_int_equal(asked(socket).peer_code, i == 0 ? CODE : SNET_CODE_APPLICATION);
        assert_int_equal(fixture.asked, 1);
        assert_int_equal(snet_socket_list(NULL, 0, 0), 2); /* the client's own, and the listener */
        snet_close(socket);
        snet_close(fixture.acceptor);
    }
}

static void notify_of_a_refusal_reach_a_descriptor(void **state)
{
    (void)state;
    static struct fixture fixture;
    char byte = 0;
    fixture_init(&fixture, CODE);
    const struct snet_config config = client_config();
    const int fd = snet_dial_fd(asked_address(fixture.acceptor), &config, NULL);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(snet_fd_error(fd), SNET_ERR_PEER_ABORTED);
    assert_int_equal(close(fd), 0);
    snet_close(fixture.acceptor);
}

static void notify_of_a_client_say_who_it_is(void **state)
{
    (void)state;
    static struct fixture fixture;
    struct snet_config config = client_config();
    fixture_init(&fixture, 0);
    config.key = &core_pair_keys()->client;
    config.service = "chess";
    snet_socket *socket = snet_dial(asked_address(fixture.acceptor), &config, NULL);
    assert_non_null(socket);
    snet_socket *accepted = snet_accept(fixture.acceptor);
    assert_non_null(accepted);
    assert_int_equal(fixture.asked, 1);
    const struct snet_info info = asked(accepted);
    assert_string_equal(fixture.client.service, "chess");
    assert_int_equal(fixture.client.has_peer_key, 1);
    assert_memory_equal(&fixture.client.peer_key, &core_pair_keys()->client_public,
                        sizeof fixture.client.peer_key);
    assert_string_equal(fixture.client.address, info.address);
    assert_int_equal(fixture.client.session_id, info.session_id);
    assert_string_equal(info.service, "chess");
    assert_string_equal(asked(socket).service, "");
    snet_close(socket);
    snet_close(accepted);
    snet_close(fixture.acceptor);
}

/* Loses the connection, cannot make another one twice, and goes on. */
static void lose_and_resume(struct fixture *fixture)
{
    char text[8];
    struct snet_config config = client_config();
    fixture_init(fixture, 0);
    config.connect = connect_or_fail;
    config.on_event = take_event;
    config.user = fixture;
    snet_socket *socket = snet_dial(NULL, &config, NULL);
    assert_non_null(socket);
    snet_socket *accepted = snet_accept(fixture->acceptor);
    fixture->fail = FAILURES;
    assert_int_equal(shutdown(fixture->link, SHUT_RDWR), 0);
    assert_int_equal(snet_write(accepted, "again", 5), 5);
    assert_int_equal(snet_read(socket, text, sizeof text), 5);
    while (fixture->event_count < FAILURES + 4) {
        (void)sched_yield();
    }
    snet_close(socket);
    snet_close(accepted);
    snet_close(fixture->acceptor);
}

static void notify_of_a_loss_count_the_attempts(void **state)
{
    (void)state;
    static struct fixture fixture;
    lose_and_resume(&fixture);
    const struct snet_event *event = fixture.events;
    assert_int_equal(event++->type, SNET_EVENT_OPENED);
    assert_int_equal(event->type, SNET_EVENT_LOST);
    assert_int_not_equal(event++->err, SNET_OK);
    for (unsigned attempt = 1; attempt <= FAILURES + 1; attempt++) {
        assert_int_equal(event->type, SNET_EVENT_RETRYING);
        assert_int_equal(event++->attempt, attempt);
    }
    assert_int_equal(event->type, SNET_EVENT_RESUMED);
    assert_true(event->after_ns > 0);
}

/* A client whose connection breaks, and whose next ones lead to nobody; then it goes on. */
static void carry_nothing_and_resume(struct fixture *fixture, snet_events *events)
{
    char text[8];
    struct snet_config config = client_config();
    fixture_init(fixture, 0);
    config.connect = connect_or_fail;
    config.on_event = events == NULL ? take_event : NULL;
    config.events = events;
    config.user = fixture;
    snet_socket *socket = snet_dial(NULL, &config, NULL);
    assert_non_null(socket);
    snet_socket *accepted = snet_accept(fixture->acceptor);
    fixture->barren = BARREN;
    assert_int_equal(shutdown(fixture->link, SHUT_RDWR), 0);
    assert_int_equal(snet_write(accepted, "again", 5), 5);
    assert_int_equal(snet_read(socket, text, sizeof text), 5);
    /* Events that wait in a queue come in the order of their types. */
    const uint32_t last_type = events != NULL ? SNET_EVENT_BARREN : SNET_EVENT_RESUMED;
    for (struct snet_event event = {0}; event.type != last_type;) {
        const unsigned last = fixture->event_count;
        if (events != NULL) {
            assert_int_equal(snet_events_next(events, &event, sizeof event, 10 * SNET_SECOND_NS),
                             1);
            take_event(fixture, &event);
        } else if (last > 0) {
            event = fixture->events[last - 1];
        }
    }
    snet_close(socket);
    snet_close(accepted);
    snet_close(fixture->acceptor);
}

/* Called back with each, found in a queue, and said in a line. */
static void notify_of_connections_that_moved_nothing(void **state)
{
    (void)state;
    static struct fixture fixture;
    static struct fixture log;
    snet_events *queue = snet_events_new();
    assert_non_null(queue);
    for (unsigned queued = 0; queued < 2; queued++) {
        unsigned barren = 0;
        memset(&log, 0, sizeof log);
        snet_library_set_log(take_line, &log);
        carry_nothing_and_resume(&fixture, queued == 1 ? queue : NULL);
        snet_library_set_log(NULL, NULL);
        for (unsigned i = 1; i < fixture.event_count; i++) {
            if (fixture.events[i].type == SNET_EVENT_BARREN) {
                assert_int_equal(snet_err_class_of(fixture.events[i].err), SNET_CLASS_LINK);
                barren++;
            }
        }
        /* In a queue that is not emptied meanwhile it waits once. */
        assert_in_range(barren, queued == 1 ? 1 : BARREN, BARREN);
        assert_true(has_line(&log, " had a connection that moved nothing: "));
    }
    snet_events_free(queue);
}

static void notify_are_lines_of_the_log(void **state)
{
    (void)state;
    static struct fixture fixture;
    static struct fixture log;
    snet_library_set_log(take_line, &log);
    lose_and_resume(&fixture);
    snet_library_set_log(NULL, NULL);
    const unsigned count = log.line_count;
    assert_true(has_line(&log, " opened over snet/3"));
    assert_true(has_line(&log, " lost its connection: "));
    assert_true(has_line(&log, " tries to connect, attempt 3"));
    assert_true(has_line(&log, " resumed after "));
    for (unsigned i = 0; i < count; i++) {
        assert_memory_equal(log.lines[i], "session ", 8);
        assert_null(strchr(log.lines[i], '\n'));
    }
    lose_and_resume(&fixture);
    assert_int_equal(log.line_count, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notify_of_a_client_that_is_refused_reach_it_with_the_code),
        cmocka_unit_test(notify_of_a_refusal_reach_a_descriptor),
        cmocka_unit_test(notify_of_a_client_say_who_it_is),
        cmocka_unit_test(notify_of_a_loss_count_the_attempts),
        cmocka_unit_test(notify_of_connections_that_moved_nothing),
        cmocka_unit_test(notify_are_lines_of_the_log),
    };
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
