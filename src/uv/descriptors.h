/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: how many this process has left, as far as that can be told without counting. Systems
 * give out the lowest number that is free, so one that is near the limit says that few are left.
 *
 * Thread: any.
 */
#ifndef SNET_UV_DESCRIPTORS_H
#define SNET_UV_DESCRIPTORS_H

#include <stdbool.h>
#include <uv.h>

/* Whether fewer than `count` are left; `stream` is any that is open. */
bool snet_descriptors_few(const uv_stream_t *stream, unsigned count);

#endif
