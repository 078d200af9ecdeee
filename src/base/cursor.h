/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Byte cursors: the only way to parse and to build bytes. A reader never reads beyond its end and a
 * writer never writes beyond it; a failed step latches `failed`, yields zeros, and every later step
 * fails too, so a message is checked once, after its last field.
 *
 * All integers are little-endian. Ownership: cursors borrow their memory. Thread: any, one at a
 * time.
 */
#ifndef SNET_BASE_CURSOR_H
#define SNET_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snet_reader {
    const uint8_t *data;
    size_t left;
    bool failed;
};

struct snet_writer {
    uint8_t *data;
    size_t left;
    size_t written;
    bool failed;
};

void snet_reader_init(struct snet_reader *reader, const uint8_t *data, size_t len);
uint8_t snet_reader_u8(struct snet_reader *reader);
uint16_t snet_reader_u16(struct snet_reader *reader);
uint32_t snet_reader_u32(struct snet_reader *reader);
uint64_t snet_reader_u64(struct snet_reader *reader);
/* Copies `len` bytes out; zeros on failure. */
void snet_reader_bytes(struct snet_reader *reader, uint8_t *ret_data, size_t len);
/* Borrows `len` bytes where they stand and passes over them; NULL on failure. */
const uint8_t *snet_reader_view(struct snet_reader *reader, size_t len);
/* True when every step succeeded and nothing is left over. */
bool snet_reader_done(const struct snet_reader *reader);

void snet_writer_init(struct snet_writer *writer, uint8_t *data, size_t len);
void snet_writer_u8(struct snet_writer *writer, uint8_t value);
void snet_writer_u16(struct snet_writer *writer, uint16_t value);
void snet_writer_u32(struct snet_writer *writer, uint32_t value);
void snet_writer_u64(struct snet_writer *writer, uint64_t value);
void snet_writer_bytes(struct snet_writer *writer, const uint8_t *data, size_t len);
/* Writes `len` zero bytes. */
void snet_writer_zeros(struct snet_writer *writer, size_t len);

#endif
