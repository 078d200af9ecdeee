/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * First bytes of a connection, under every grammar: a verdict is never taken back when more bytes
 * come, and comes with SNET_SNIFF_MAX_BYTES at the latest.
 */
#include "codec/sniff.h"
#include "tests/fuzz/fuzz.h"

#define SNIFF_GRAMMARS (SNET_SNIFF_MIXED + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    for (unsigned grammar = 0; grammar < SNIFF_GRAMMARS; grammar++) {
        enum snet_sniff_verdict before = SNET_SNIFF_MORE;
        for (size_t seen = 0; seen <= len; seen++) {
            const enum snet_sniff_verdict verdict =
                snet_sniff((enum snet_sniff_grammar)grammar, data, seen);
            FUZZ_CHECK(before == SNET_SNIFF_MORE || verdict == before);
            FUZZ_CHECK(seen < SNET_SNIFF_MAX_BYTES || verdict != SNET_SNIFF_MORE);
            before = verdict;
        }
    }
    return 0;
}
