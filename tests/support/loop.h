/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A loop of libuv in the time of the test: timers are due when the test lets time pass, and never
 * because the machine was slow. Only the kernel is waited for, in bounded turns: a wait in which
 * nothing happens for TEST_LOOP_SILENT_MAX turns fails its test. Names are looked up in
 * support/resolver.h, and nowhere else.
 */
#ifndef SNET_TESTS_SUPPORT_LOOP_H
#define SNET_TESTS_SUPPORT_LOOP_H

#include <stdint.h>
#include <uv.h>

/* A turn in which nothing is ready waits for the kernel this long: about 10 seconds together. */
#define TEST_LOOP_SLICE_MS 1
#define TEST_LOOP_SILENT_MAX 8000u
#define TEST_LOOP_TURNS_MAX 1000000u
/* This many silent turns in a row mean that the kernel has delivered everything. */
#define TEST_LOOP_SETTLED 5u
/* This many mean that a handle is left which nothing will close. */
#define TEST_LOOP_LEAKED 500u

struct test_loop {
    uv_loop_t uv;
    unsigned turns;  /* of the present wait */
    unsigned silent; /* the last ones of these */
};

void test_loop_open(struct test_loop *loop);
/* Lets closing handles close, and fails the test when others are left. */
void test_loop_close(struct test_loop *loop);

/* Turns until nothing happens any more, without any time passing. */
void test_loop_settle(struct test_loop *loop);
/* Time passes at once; then turns until nothing happens any more. */
void test_loop_pass(struct test_loop *loop, uint64_t ms);
/* How many handles there are, closing ones apart. */
unsigned test_loop_handles(struct test_loop *loop);

/* Turns until the condition holds, without any time passing. */
#define TEST_LOOP_UNTIL(loop, condition) TEST_LOOP_PASS_UNTIL((loop), 0, condition)
/* The same, with `ms` passing in each turn in which nothing else happens. */
#define TEST_LOOP_PASS_UNTIL(loop, ms, condition)                                                  \
    do {                                                                                           \
        for (test_loop_begin(loop); !(condition);) {                                               \
            test_loop_turn((loop), (ms), #condition, __FILE__, __LINE__);                          \
        }                                                                                          \
    } while (0)

/* Only for the macros. */
void test_loop_begin(struct test_loop *loop);
void test_loop_turn(struct test_loop *loop, uint64_t ms, const char *what, const char *file,
                    int line);

#endif
