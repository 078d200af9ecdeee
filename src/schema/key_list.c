/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "schema/key_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_LIST_STEP 64u
#define KEY_LIST_PATH_SHOWN 64

/* Makes room for one more; false without memory. */
static bool key_list_grow(struct snet_key_list *list)
{
    if (list->count % KEY_LIST_STEP != 0) {
        return true;
    }
    const size_t room = list->count + KEY_LIST_STEP;
    struct snet_key *keys = realloc(list->keys, room * sizeof *keys);
    if (keys == NULL) {
        return false;
    }
    list->keys = keys;
    char(*names)[SNET_KEY_NAME_BYTES] = realloc(list->names, room * sizeof *names);
    if (names == NULL) {
        return false;
    }
    list->names = names;
    return true;
}

/* Takes one line into the list; `where` is its file and number. */
static snet_err key_list_add(struct snet_key_list *list, char *line, size_t max, const char *where,
                             struct snet_error *ret_error)
{
    struct snet_key_file_entry entry = {.name = ""};
    switch (snet_key_file_parse(line, &entry)) {
    case SNET_KEY_FILE_EMPTY:
        return SNET_OK;
    case SNET_KEY_FILE_MARK:
        return entry.kind == SNET_KEY_PUBLIC
                   ? SNET_OK
                   : snet_key_file_refuse_kind(ret_error, where, entry.kind, SNET_KEY_PUBLIC);
    case SNET_KEY_FILE_BAD:
        return snet_error_set(ret_error, SNET_ERR_KEY, NULL, "%s: %s", where,
                              snet_err_message(SNET_ERR_KEY));
    case SNET_KEY_FILE_KEY:
        break;
    }
    if (list->count == max) {
        return snet_error_set(ret_error, SNET_ERR_LIMIT, NULL, "%s: more than %zu keys", where,
                              max);
    }
    if (!key_list_grow(list)) {
        return snet_error_set(ret_error, SNET_ERR_NO_MEMORY, NULL, "%s",
                              snet_err_message(SNET_ERR_NO_MEMORY));
    }
    list->keys[list->count] = entry.key;
    (void)snprintf(list->names[list->count], SNET_KEY_NAME_BYTES, "%s", entry.name);
    list->count++;
    return SNET_OK;
}

static snet_err key_list_fill(struct snet_key_list *list, FILE *file, const char *path, size_t max,
                              struct snet_error *ret_error)
{
    char line[SNET_KEY_FILE_LINE_MAX + 2]; /* its end, and the zero */
    for (unsigned number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        char where[KEY_LIST_PATH_SHOWN + 16];
        const size_t len = strcspn(line, "\n");
        const bool whole = line[len] == '\n' || feof(file) != 0;
        line[len] = '\0';
        (void)snprintf(where, sizeof where, "%.*s:%u", KEY_LIST_PATH_SHOWN, path, number);
        if (!whole) {
            return snet_error_set(ret_error, SNET_ERR_KEY, NULL, "%s: the line is too long", where);
        }
        const snet_err err = key_list_add(list, line, max, where, ret_error);
        if (err != SNET_OK) {
            return err;
        }
    }
    if (ferror(file) != 0) {
        return snet_error_set_os(ret_error, errno, "cannot read", path);
    }
    return list->count > 0 ? SNET_OK
                           : snet_error_set(ret_error, SNET_ERR_KEY, NULL, "%.*s has no key",
                                            KEY_LIST_PATH_SHOWN, path);
}

snet_err snet_key_list_read_file(const char *path, size_t max, struct snet_key_list *ret_list,
                                 struct snet_error *ret_error)
{
    if (path == NULL || ret_list == NULL) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, NULL,
                              "a path and a place for the list are needed");
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return snet_error_set_os(ret_error, errno, "cannot read", path);
    }
    struct snet_key_list list = {.count = 0};
    const snet_err err = key_list_fill(&list, file, path, max, ret_error);
    (void)fclose(file);
    if (err == SNET_OK) {
        *ret_list = list;
    } else {
        snet_key_list_deinit(&list);
    }
    return err;
}

const char *snet_key_list_name(const struct snet_key_list *list, const struct snet_key *key)
{
    for (size_t i = 0; i < list->count; i++) {
        if (memcmp(list->keys[i].bytes, key->bytes, sizeof key->bytes) == 0) {
            return list->names[i];
        }
    }
    return "";
}

void snet_key_list_deinit(struct snet_key_list *list)
{
    if (list != NULL) {
        free(list->keys);
        free(list->names);
        *list = (struct snet_key_list){.count = 0};
    }
}
