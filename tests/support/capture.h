/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What the code under test writes to standard error. Between begin and end nothing else of the test
 * may write there, and no assertion may fail.
 */
#ifndef SNET_TESTS_SUPPORT_CAPTURE_H
#define SNET_TESTS_SUPPORT_CAPTURE_H

#include <stddef.h>

struct test_capture {
    int file;
    int saved; /* the standard error of before */
};

void test_capture_begin(struct test_capture *capture);
/* Standard error is again what it was. The text is cut to `size` with its zero; returns its length
   before that. */
size_t test_capture_end(struct test_capture *capture, char *ret_text, size_t size);

#endif
