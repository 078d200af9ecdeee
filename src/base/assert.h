/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Assertions: a bad program stops here, in release builds too. No byte from the network may reach a
 * failing assertion.
 */
#ifndef SNET_BASE_ASSERT_H
#define SNET_BASE_ASSERT_H

#define SNET_ASSERT(condition)                                                                     \
    ((condition) ? (void)0 : snet_assert_fail(#condition, __FILE__, __LINE__))

/* For checks too slow for release builds. */
#ifdef SNET_DEBUG
#define SNET_ASSERT_DEBUG(condition) SNET_ASSERT(condition)
#else
#define SNET_ASSERT_DEBUG(condition) ((void)sizeof(condition))
#endif

/* Ends the process; the arguments are there to be seen in a core dump. Never returns. */
_Noreturn void snet_assert_fail(const char *condition, const char *file, int line);

#endif
