/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How every file with a secret key begins that is made here: a public one is told from it so. */
#define KEYFILE_SECRET_MARK "# secret key of snet"
#define KEYFILE_SPACE " \t\r"
#define KEYFILE_LIST_STEP 64u

/* What a line is. */
enum keyfile_line {
    KEYFILE_LINE_EMPTY, /* or for people */
    KEYFILE_LINE_MARK,
    KEYFILE_LINE_KEY,
    KEYFILE_LINE_BAD
};

/* --- Writing --------------------------------------------------------------------------------- */

void snet_keyfile_print(FILE *file, const struct snet_key *secret,
                        const struct snet_key *public_key)
{
    char text[SNET_KEY_TEXT_BYTES];
    snet_key_format(public_key, text);
    (void)fprintf(file, KEYFILE_SECRET_MARK "; its public key is %s\n", text);
    snet_key_format(secret, text);
    (void)fprintf(file, "%s\n", text);
    explicit_bzero(text, sizeof text);
}

bool snet_keyfile_create(const char *path, const struct snet_key *secret,
                         const struct snet_key *public_key)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) {
        return false;
    }
    /* The buffer is ours, to be wiped: that of the C library would keep the key. */
    char buffer[BUFSIZ];
    (void)setvbuf(file, buffer, _IOFBF, sizeof buffer);
    snet_keyfile_print(file, secret, public_key);
    const bool written = fflush(file) == 0 && fsync(fd) == 0;
    const int saved_errno = errno;
    const bool closed = fclose(file) == 0;
    explicit_bzero(buffer, sizeof buffer);
    if (!written) {
        errno = saved_errno;
        (void)unlink(path); /* half a key is none */
    }
    return written && closed;
}

/* --- Reading --------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static bool
keyfile_refuse(struct snet_keyfile_problem *problem, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(problem->text, sizeof problem->text, format, args);
    va_end(args);
    return false;
}

/* Reads one line; the name, empty without one, is a part of it. */
static enum keyfile_line keyfile_parse(char *line, struct snet_key *ret_key, const char **ret_name)
{
    if (strncmp(line, KEYFILE_SECRET_MARK, strlen(KEYFILE_SECRET_MARK)) == 0) {
        return KEYFILE_LINE_MARK;
    }
    line += strspn(line, KEYFILE_SPACE);
    if (line[0] == '\0' || line[0] == '#') {
        return KEYFILE_LINE_EMPTY;
    }
    const size_t len = strcspn(line, KEYFILE_SPACE);
    if (snet_key_parse(line, len, ret_key) != SNET_OK) {
        return KEYFILE_LINE_BAD;
    }
    char *name = line + len + strspn(line + len, KEYFILE_SPACE);
    name[strcspn(name, "\r")] = '\0';
    *ret_name = name;
    return KEYFILE_LINE_KEY;
}

/* Reads a whole file as text with a zero at its end. */
static bool keyfile_slurp(const char *path, bool secret, char ret_text[SNET_KEYFILE_BYTES_MAX + 1],
                          struct snet_keyfile_problem *ret_problem)
{
    struct stat stat;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &stat) != 0) {
        (void)keyfile_refuse(ret_problem, "cannot read %s: %s", path, strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    /* Of the open file: the name may lead elsewhere by now. */
    if (secret && (stat.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        (void)close(fd);
        return keyfile_refuse(ret_problem,
                              "%s holds a secret, and others may read or change it (mode %04o): "
                              "chmod 600 it first",
                              path, (unsigned)stat.st_mode & 07777u);
    }
    size_t len = 0;
    ssize_t got = 1;
    while (got > 0 && len < SNET_KEYFILE_BYTES_MAX) {
        got = read(fd, ret_text + len, SNET_KEYFILE_BYTES_MAX - len);
        len += got > 0 ? (size_t)got : 0;
    }
    const int saved_errno = errno;
    (void)close(fd);
    ret_text[len] = '\0';
    if (got < 0) {
        return keyfile_refuse(ret_problem, "cannot read %s: %s", path, strerror(saved_errno));
    }
    if (len == SNET_KEYFILE_BYTES_MAX || strlen(ret_text) != len) {
        return keyfile_refuse(ret_problem, "%s is not a key file: too long, or not text", path);
    }
    return true;
}

/* The one key in the text of a file. */
static bool keyfile_single(const char *path, char *text, bool secret, struct snet_key *ret_key,
                           struct snet_keyfile_problem *ret_problem)
{
    bool found = false;
    char *rest = text;
    for (unsigned number = 1; rest != NULL; number++) {
        const char *name = NULL;
        char *line = strsep(&rest, "\n");
        struct snet_key key;
        const enum keyfile_line kind = keyfile_parse(line, &key, &name);
        if (kind == KEYFILE_LINE_MARK && !secret) {
            return keyfile_refuse(ret_problem,
                                  "%s holds a secret key where a public one is wanted: get that "
                                  "from its owner by snet keygen --public FILE",
                                  path);
        }
        if (kind == KEYFILE_LINE_BAD) {
            return keyfile_refuse(ret_problem, "%s:%u: %s", path, number,
                                  snet_err_message(SNET_ERR_KEY));
        }
        if (kind == KEYFILE_LINE_KEY) {
            if (found) {
                snet_key_wipe(&key);
                return keyfile_refuse(ret_problem, "%s has more than one key", path);
            }
            *ret_key = key;
            snet_key_wipe(&key);
            found = true;
        }
    }
    return found || keyfile_refuse(ret_problem, "%s has no key", path);
}

static bool keyfile_read(const char *path, bool secret, struct snet_key *ret_key,
                         struct snet_keyfile_problem *ret_problem)
{
    char text[SNET_KEYFILE_BYTES_MAX + 1];
    struct snet_key key;
    const bool read = keyfile_slurp(path, secret, text, ret_problem) &&
                      keyfile_single(path, text, secret, &key, ret_problem);
    if (read) {
        *ret_key = key;
    }
    snet_key_wipe(&key);
    explicit_bzero(text, sizeof text);
    return read;
}

bool snet_keyfile_read_secret(const char *path, struct snet_key *ret_secret,
                              struct snet_keyfile_problem *ret_problem)
{
    return keyfile_read(path, true, ret_secret, ret_problem);
}

bool snet_keyfile_read_public(const char *path, struct snet_key *ret_public,
                              struct snet_keyfile_problem *ret_problem)
{
    return keyfile_read(path, false, ret_public, ret_problem);
}

/* --- Lists ----------------------------------------------------------------------------------- */

/* Makes room for one more; false without memory. */
static bool keyfile_list_grow(struct snet_keyfile_list *list)
{
    if (list->count % KEYFILE_LIST_STEP != 0) {
        return true;
    }
    const size_t room = list->count + KEYFILE_LIST_STEP;
    struct snet_key *keys = realloc(list->keys, room * sizeof *keys);
    if (keys == NULL) {
        return false;
    }
    list->keys = keys;
    char(*names)[SNET_KEYFILE_NAME_BYTES] = realloc(list->names, room * sizeof *names);
    if (names == NULL) {
        return false;
    }
    list->names = names;
    return true;
}

/* Takes one line into the list. */
static bool keyfile_list_add(struct snet_keyfile_list *list, char *line, size_t max,
                             struct snet_keyfile_problem *ret_problem)
{
    struct snet_key key;
    const char *name = NULL;
    switch (keyfile_parse(line, &key, &name)) {
    case KEYFILE_LINE_EMPTY:
        return true;
    case KEYFILE_LINE_MARK:
        return keyfile_refuse(ret_problem, "a secret key, where public ones are wanted");
    case KEYFILE_LINE_BAD:
        return keyfile_refuse(ret_problem, "%s", snet_err_message(SNET_ERR_KEY));
    case KEYFILE_LINE_KEY:
        break;
    }
    if (list->count == max) {
        return keyfile_refuse(ret_problem, "more than %zu keys", max);
    }
    if (!keyfile_list_grow(list)) {
        return keyfile_refuse(ret_problem, "%s", snet_err_message(SNET_ERR_NO_MEMORY));
    }
    list->keys[list->count] = key;
    (void)snprintf(list->names[list->count], SNET_KEYFILE_NAME_BYTES, "%s", name);
    list->count++;
    return true;
}

static bool keyfile_list_fill(struct snet_keyfile_list *list, FILE *file, const char *path,
                              size_t max, struct snet_keyfile_problem *ret_problem)
{
    char line[SNET_KEYFILE_LINE_MAX + 2]; /* its end, and the zero */
    for (unsigned number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        struct snet_keyfile_problem why;
        const size_t len = strcspn(line, "\n");
        const bool whole = line[len] == '\n' || feof(file) != 0;
        line[len] = '\0';
        if (!whole) {
            return keyfile_refuse(ret_problem, "%s:%u: the line is too long", path, number);
        }
        if (!keyfile_list_add(list, line, max, &why)) {
            return keyfile_refuse(ret_problem, "%.256s:%u: %.200s", path, number, why.text);
        }
    }
    if (ferror(file) != 0) {
        return keyfile_refuse(ret_problem, "cannot read %s: %s", path, strerror(errno));
    }
    return list->count > 0 || keyfile_refuse(ret_problem, "%s has no key", path);
}

bool snet_keyfile_read_list(const char *path, size_t max, struct snet_keyfile_list *ret_list,
                            struct snet_keyfile_problem *ret_problem)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return keyfile_refuse(ret_problem, "cannot read %s: %s", path, strerror(errno));
    }
    struct snet_keyfile_list list = {.count = 0};
    const bool filled = keyfile_list_fill(&list, file, path, max, ret_problem);
    (void)fclose(file);
    if (!filled) {
        snet_keyfile_list_deinit(&list);
        return false;
    }
    *ret_list = list;
    return true;
}

const char *snet_keyfile_list_name(const struct snet_keyfile_list *list, const struct snet_key *key)
{
    for (size_t i = 0; i < list->count; i++) {
        if (memcmp(list->keys[i].bytes, key->bytes, sizeof key->bytes) == 0) {
            return list->names[i];
        }
    }
    return "";
}

void snet_keyfile_list_deinit(struct snet_keyfile_list *list)
{
    free(list->keys);
    free(list->names);
    *list = (struct snet_keyfile_list){.count = 0};
}
