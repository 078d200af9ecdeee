/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "schema/key_file.h"

#include <snet/env.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE_SPACE " \t\r"
/* How much of a path is told, so that what is wrong with it is told as well. */
#define KEY_FILE_PATH_SHOWN 64

/* How a file says of which kind its key is. */
struct key_file_mark {
    uint32_t kind;
    const char *line;  /* how its first line begins */
    const char *holds; /* what the file has */
    const char *wants; /* what is wanted, and how one gets it */
};

static const struct key_file_mark key_file_marks[] = {
    {SNET_KEY_PUBLIC, "# public key of snet", "a public key",
     "a public key is wanted: its owner gets it by snet keygen --public FILE"},
    {SNET_KEY_SECRET, "# secret key of snet", "the secret key of one end",
     "the secret key of this end is wanted: snet keygen --out FILE makes one"},
    {SNET_KEY_SHARED, "# shared secret of snet", "a secret that both ends share",
     "a secret that both ends share is wanted: snet keygen --shared --out FILE makes one"},
};

static const struct key_file_mark *key_file_mark_of(uint32_t kind)
{
    for (size_t i = 0; i < sizeof key_file_marks / sizeof key_file_marks[0]; i++) {
        if (key_file_marks[i].kind == kind) {
            return &key_file_marks[i];
        }
    }
    return NULL;
}

/* --- Lines ----------------------------------------------------------------------------------- */

enum snet_key_file_line snet_key_file_parse(char *line, struct snet_key_file_entry *ret_entry)
{
    for (size_t i = 0; i < sizeof key_file_marks / sizeof key_file_marks[0]; i++) {
        if (strncmp(line, key_file_marks[i].line, strlen(key_file_marks[i].line)) == 0) {
            ret_entry->kind = key_file_marks[i].kind;
            return SNET_KEY_FILE_MARK;
        }
    }
    line += strspn(line, KEY_FILE_SPACE);
    if (line[0] == '\0' || line[0] == '#') {
        return SNET_KEY_FILE_EMPTY;
    }
    char *rest = line + strcspn(line, KEY_FILE_SPACE);
    const bool more = rest[0] != '\0';
    rest[0] = '\0';
    if (snet_key_parse(line, &ret_entry->key) != SNET_OK) {
        return SNET_KEY_FILE_BAD;
    }
    rest += more ? 1 + strspn(rest + 1, KEY_FILE_SPACE) : 0;
    rest[strcspn(rest, "\r")] = '\0';
    ret_entry->name = rest;
    return SNET_KEY_FILE_KEY;
}

snet_err snet_key_file_refuse_kind(struct snet_error *ret_error, const char *path, uint32_t found,
                                   uint32_t wanted)
{
    return snet_error_set(ret_error, SNET_ERR_KEY, NULL, "%.*s holds %s; %s", KEY_FILE_PATH_SHOWN,
                          path, key_file_mark_of(found)->holds, key_file_mark_of(wanted)->wants);
}

/* --- Reading --------------------------------------------------------------------------------- */

/* Whether a group is one of this process's. */
static bool key_file_own_group(gid_t group)
{
    gid_t groups[64];
    const int count = getgroups((int)(sizeof groups / sizeof groups[0]), groups);
    bool own = group == getegid() || group == getgid();
    for (int i = 0; i < count && !own; i++) {
        own = groups[i] == group;
    }
    return own;
}

/*
 * Whether nobody reads or changes a file but its owner and, reading, a group that we belong to. A
 * file of our own that we may change ourselves has no need of its group.
 */
static bool key_file_private(const struct stat *stat)
{
    const mode_t others = stat->st_mode & (S_IRWXG | S_IRWXO);
    const bool ours = stat->st_uid == geteuid() && (stat->st_mode & S_IWUSR) != 0;
    return !S_ISREG(stat->st_mode) || others == 0 ||
           (others == S_IRGRP && !ours && key_file_own_group(stat->st_gid));
}

/* Reads a whole file as text with a zero at its end. */
static snet_err key_file_slurp(const char *path, char ret_text[SNET_KEY_FILE_BYTES_MAX + 1],
                               struct stat *ret_stat, struct snet_error *ret_error)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    /* Of the open file: the name may lead elsewhere by now. */
    if (fd < 0 || fstat(fd, ret_stat) != 0) {
        const int os_err = errno;
        if (fd >= 0) {
            (void)close(fd);
        }
        return snet_error_set_os(ret_error, os_err, "cannot read", path);
    }
    size_t len = 0;
    ssize_t got = 1;
    int os_err = 0;
    while (got > 0 && len < SNET_KEY_FILE_BYTES_MAX) {
        got = read(fd, ret_text + len, SNET_KEY_FILE_BYTES_MAX - len);
        os_err = errno;
        len += got > 0 ? (size_t)got : 0;
        got = got < 0 && os_err == EINTR ? 1 : got;
    }
    (void)close(fd);
    ret_text[len] = '\0';
    if (got < 0) {
        return snet_error_set_os(ret_error, os_err, "cannot read", path);
    }
    if (len == SNET_KEY_FILE_BYTES_MAX || strlen(ret_text) != len) {
        return snet_error_set(ret_error, SNET_ERR_KEY, NULL,
                              "%.*s is not a key file: too long, or not text", KEY_FILE_PATH_SHOWN,
                              path);
    }
    return SNET_OK;
}

/* Finds the one key in the text of a file. */
static snet_err key_file_single(const char *path, char *text, uint32_t kind,
                                struct snet_key *ret_key, struct snet_error *ret_error)
{
    bool found = false;
    char *rest = text;
    for (unsigned number = 1; rest != NULL; number++) {
        struct snet_key_file_entry entry = {.name = ""};
        const enum snet_key_file_line line = snet_key_file_parse(strsep(&rest, "\n"), &entry);
        if (line == SNET_KEY_FILE_MARK && entry.kind != kind) {
            return snet_key_file_refuse_kind(ret_error, path, entry.kind, kind);
        }
        if (line == SNET_KEY_FILE_BAD) {
            return snet_error_set(ret_error, SNET_ERR_KEY, NULL, "%.*s:%u: %s", KEY_FILE_PATH_SHOWN,
                                  path, number, snet_err_message(SNET_ERR_KEY));
        }
        if (line == SNET_KEY_FILE_KEY && !found) {
            *ret_key = entry.key;
            found = true;
        } else if (line == SNET_KEY_FILE_KEY) {
            snet_key_wipe(&entry.key);
            return snet_error_set(ret_error, SNET_ERR_KEY, NULL, "%.*s has more than one key",
                                  KEY_FILE_PATH_SHOWN, path);
        }
        snet_key_wipe(&entry.key);
    }
    return found ? SNET_OK
                 : snet_error_set(ret_error, SNET_ERR_KEY, NULL, "%.*s has no key",
                                  KEY_FILE_PATH_SHOWN, path);
}

snet_err snet_key_read_file(const char *path, uint32_t kind, struct snet_key *ret_key,
                            struct snet_error *ret_error)
{
    char text[SNET_KEY_FILE_BYTES_MAX + 1];
    struct snet_key key;
    struct stat stat = {0};
    if (path == NULL || ret_key == NULL || key_file_mark_of(kind) == NULL) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, NULL,
                              "a path, a kind of key and a place for the key are needed");
    }
    snet_err err = key_file_slurp(path, text, &stat, ret_error);
    if (err == SNET_OK) {
        err = key_file_single(path, text, kind, &key, ret_error);
    }
    /* After the kind: nobody is to hide a public key that was named by mistake. */
    if (err == SNET_OK && kind != SNET_KEY_PUBLIC && !key_file_private(&stat)) {
        err =
            snet_error_set(ret_error, SNET_ERR_VALUE, NULL,
                           "%.*s may be read or changed by others (mode %04o): chmod 600 it if it "
                           "is a secret key; a public one is of no use here",
                           KEY_FILE_PATH_SHOWN, path, (unsigned)stat.st_mode & 07777u);
    }
    if (err == SNET_OK) {
        *ret_key = key;
    }
    snet_key_wipe(&key);
    explicit_bzero(text, sizeof text);
    return err;
}

/* --- Writing --------------------------------------------------------------------------------- */

snet_err snet_key_generate(struct snet_key *ret_secret)
{
    struct snet_key key;
    if (ret_secret == NULL) {
        return SNET_ERR_INVALID;
    }
    struct snet_env env;
    snet_env_system(&env);
    const snet_err err = env.random(env.ctx, SNET_RANDOM_KEY, key.bytes, sizeof key.bytes);
    if (err != SNET_OK) {
        return err;
    }
    *ret_secret = key;
    snet_key_wipe(&key);
    return SNET_OK;
}

snet_err snet_key_file_format(uint32_t kind, const struct snet_key *key,
                              char ret_text[SNET_KEY_FILE_TEXT_BYTES])
{
    const struct key_file_mark *mark = key_file_mark_of(kind);
    char text[SNET_KEY_TEXT_BYTES];
    char public_text[SNET_KEY_TEXT_BYTES] = "";
    if (mark == NULL || key == NULL || ret_text == NULL) {
        return SNET_ERR_INVALID;
    }
    if (kind == SNET_KEY_SECRET) {
        struct snet_key public_key;
        const snet_err err = snet_key_public(key, &public_key);
        if (err != SNET_OK) {
            return err;
        }
        snet_key_format(&public_key, public_text);
    }
    snet_key_format(key, text);
    (void)snprintf(ret_text, SNET_KEY_FILE_TEXT_BYTES, "%s%s%s\n%s\n", mark->line,
                   public_text[0] == '\0' ? "" : "; its public key is ", public_text, text);
    explicit_bzero(text, sizeof text);
    return SNET_OK;
}

/* Writes a file that is open, and waits for the disk; 0 or errno. */
static int key_file_write(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        const ssize_t put = write(fd, text, len);
        if (put < 0 && errno != EINTR) {
            return errno;
        }
        text += put > 0 ? put : 0;
        len -= put > 0 ? (size_t)put : 0;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

snet_err snet_key_write_file(const char *path, uint32_t kind, const struct snet_key *key,
                             struct snet_error *ret_error)
{
    char text[SNET_KEY_FILE_TEXT_BYTES];
    const mode_t mode = kind == SNET_KEY_PUBLIC ? 0644 : 0600;
    const snet_err err = path == NULL ? SNET_ERR_INVALID : snet_key_file_format(kind, key, text);
    if (err != SNET_OK) {
        return snet_error_set(ret_error, err, NULL, "%s",
                              err == SNET_ERR_INVALID ? "a path, a kind of key and a key are needed"
                                                      : snet_err_message(err));
    }
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    int os_err = fd < 0 ? errno : key_file_write(fd, text);
    explicit_bzero(text, sizeof text);
    if (fd >= 0) {
        os_err = close(fd) != 0 && os_err == 0 ? errno : os_err;
        if (os_err != 0) {
            (void)unlink(path); /* half a key is none */
        }
    }
    return os_err == 0 ? SNET_OK : snet_error_set_os(ret_error, os_err, "cannot make", path);
}
