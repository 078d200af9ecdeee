/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Lines of key files: what both a file with one key and a list of keys are made of.
 *
 * Thread: any.
 */
#ifndef SNET_SCHEMA_KEY_FILE_H
#define SNET_SCHEMA_KEY_FILE_H

#include <snet/schema.h>

/* What a line is. */
enum snet_key_file_line {
    SNET_KEY_FILE_EMPTY, /* or a comment */
    SNET_KEY_FILE_MARK,  /* says of which kind the key is */
    SNET_KEY_FILE_KEY,
    SNET_KEY_FILE_BAD
};

/* A line that was read. */
struct snet_key_file_entry {
    uint32_t kind; /* SNET_KEY_x of a mark */
    struct snet_key key;
    const char *name; /* behind the key, a part of the line; empty without one */
};

/* Reads one line, in which it writes zeros. The caller wipes the entry. */
enum snet_key_file_line snet_key_file_parse(char *line, struct snet_key_file_entry *ret_entry);

/* Writes that a file holds one kind of key where another is wanted; returns SNET_ERR_KEY. */
snet_err snet_key_file_refuse_kind(struct snet_error *ret_error, const char *path, uint32_t found,
                                   uint32_t wanted);

#endif
