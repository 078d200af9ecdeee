/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/capture.h"

#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void test_capture_begin(struct test_capture *capture)
{
    char path[] = "/tmp/snet-capture-XXXXXX";
    capture->file = mkstemp(path);
    assert_true(capture->file >= 0);
    (void)unlink(path);
    (void)fflush(stderr);
    capture->saved = dup(STDERR_FILENO);
    assert_true(capture->saved >= 0);
    assert_int_equal(dup2(capture->file, STDERR_FILENO), STDERR_FILENO);
}

size_t test_capture_end(struct test_capture *capture, char *ret_text, size_t size)
{
    (void)fflush(stderr);
    assert_int_equal(dup2(capture->saved, STDERR_FILENO), STDERR_FILENO);
    const off_t len = lseek(capture->file, 0, SEEK_END);
    const ssize_t got = pread(capture->file, ret_text, size - 1, 0);
    assert_true(len >= 0 && got >= 0);
    ret_text[got] = '\0';
    (void)close(capture->saved);
    (void)close(capture->file);
    return (size_t)len;
}
