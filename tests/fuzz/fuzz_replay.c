/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target without a fuzzer: runs the files named, and the files in the folders named, once
 * each and in the order of their names, so that a corpus is a test for every compiler. An input is
 * given in memory of exactly its size, where a sanitizer sees each byte that is read beyond it.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REPLAY_INPUT_MAX_BYTES (1024 * 1024)

static bool replay_file(const char *path)
{
    uint8_t *data = NULL;
    struct stat status;
    bool ok = false;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size > REPLAY_INPUT_MAX_BYTES) {
        goto out;
    }
    const size_t len = (size_t)status.st_size;
    /* Memory of no size is not NULL either: libFuzzer calls targets like that, too. */
    data = malloc(len == 0 ? 1 : len);
    if (data == NULL || fread(data, 1, len, file) != len) {
        goto out;
    }
    /* Says which input it is before the process ends: a failing check does not come back. */
    (void)printf("%s\n", path);
    (void)fflush(stdout);
    (void)LLVMFuzzerTestOneInput(data, len);
    ok = true;
out:
    if (!ok) {
        (void)fprintf(stderr, "cannot read %s\n", path);
    }
    free(data);
    if (file != NULL) {
        (void)fclose(file);
    }
    return ok;
}

/* The files of a folder; false when there are none, because then nothing was tested. */
static bool replay_folder(const char *path)
{
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, NULL, alphasort);
    bool ok = count > 0;
    unsigned done = 0;
    for (int i = 0; i < count; i++) {
        char name[PATH_MAX];
        const int len = snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            ok = len > 0 && (size_t)len < sizeof name && replay_file(name) && ok;
            done++;
        }
        free(entries[i]);
    }
    free(entries);
    if (done == 0) {
        (void)fprintf(stderr, "no inputs in %s\n", path);
    }
    return ok && done > 0;
}

int main(int argc, char **argv)
{
    bool ok = argc > 1;
    for (int i = 1; i < argc; i++) {
        struct stat status;
        const bool folder = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
        ok = (folder ? replay_folder(argv[i]) : replay_file(argv[i])) && ok;
    }
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s FILE|FOLDER...\n", argv[0]);
    }
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
