/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Which snet this is: of the headers, at compile time, and of the library, at run time. And the two
 * attributes that every public header uses.
 *
 * Stable ABI: a program that was built against these declarations runs with every later library of
 * the same soname, without being built again.
 *
 * Thread: every function here is pure and may be called from anywhere.
 */
#ifndef SNET_VERSION_H
#define SNET_VERSION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SNET_VERSION_MAJOR 0
#define SNET_VERSION_MINOR 1
#define SNET_VERSION_PATCH 0
#define SNET_VERSION "0.1.0"
/* Two hexadecimal digits for each part: to compare with `#if`, and with snet_version_number. */
#define SNET_VERSION_NUMBER 0x000100

#if defined(__GNUC__)
#define SNET_API __attribute__((visibility("default")))
#define SNET_MUST_USE __attribute__((warn_unused_result))
#else
#define SNET_API
#define SNET_MUST_USE
#endif

/* The version of the library that runs, like "0.1.0"; static storage, never NULL. */
SNET_API const char *snet_version(void);
/* The same, as SNET_VERSION_NUMBER has it. */
SNET_API uint32_t snet_version_number(void);

#ifdef __cplusplus
}
#endif
#endif
