/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench seal`: records of 16 KiB are sealed and opened by whoever computes the suite here,
 * without a session around them. It is what a stream of snet/3 cannot do without.
 */
#include "bench/scenes/report.h"
#include "bench/scenes/scene.h"
#include "crypto/providers.h"

#define SEAL_RECORD_BYTES 16384u
#define SEAL_BYTES (UINT64_C(1) << 30)
#define SEAL_WARM_RECORDS 1000u

struct seal_scene {
    const struct snet_aead *aead;
    void *state;
    enum snet_aead_cipher cipher;
};

/* What is sealed lies apart from its text, as a history does from what is sent. */
static bool seal_records(const struct seal_scene *scene, uint64_t count)
{
    static const uint8_t key[SNET_SUITE_KEY_BYTES] = {1};
    static const uint8_t nonce[SNET_SUITE_NONCE_BYTES] = {2};
    uint8_t text[SEAL_RECORD_BYTES] = {0};
    uint8_t sealed[SEAL_RECORD_BYTES + SNET_SUITE_TAG_BYTES];
    struct snet_aead_text out = {scene->cipher, key, nonce, .in = {text, sizeof text}};
    struct snet_aead_text in = {scene->cipher, NULL, nonce, .in = {sealed, sizeof sealed}};
    bool ok = true;
    for (uint64_t i = 0; ok && i < count; i++) {
        ok = scene->aead->seal(scene->state, &out, sealed) &&
             scene->aead->open(scene->state, &in, text);
        out.key = NULL; /* the state has it now */
    }
    return ok;
}

static const char *seal_measure(const struct seal_scene *scene, uint64_t bytes,
                                struct snet_bench_report *report)
{
    const uint64_t records = (bytes + SEAL_RECORD_BYTES - 1) / SEAL_RECORD_BYTES;
    const bool warm = seal_records(scene, SEAL_WARM_RECORDS);
    const double from_s = snet_bench_report_cpu_s();
    if (!warm || !seal_records(scene, records)) {
        return "a record could not be sealed and opened";
    }
    snet_bench_report_text(report, "provider", scene->aead->name);
    snet_bench_report_count(report, "bytes", records * SEAL_RECORD_BYTES);
    snet_bench_report_figure(report, "cpu_s", snet_bench_report_cpu_s() - from_s);
    return NULL;
}

const char *snet_bench_seal_run(const struct snet_bench_options *options,
                                struct snet_bench_report *report)
{
    struct seal_scene scene = {.cipher = options->over->suite == SNET_SUITE_AES_256_GCM
                                             ? SNET_AEAD_AES_256_GCM
                                             : SNET_AEAD_CHACHA20_POLY1305};
    if (options->over->wire != SNET_WIRE_3) {
        return "only snet/3 has records that are sealed: --over 3 or 3-chacha";
    }
    scene.aead = snet_providers_for(scene.cipher);
    scene.state = scene.aead->state_new();
    if (scene.state == NULL) {
        return "there is not enough memory";
    }
    const char *wrong =
        seal_measure(&scene, options->count == 0 ? SEAL_BYTES : options->count, report);
    scene.aead->state_free(scene.state);
    return wrong;
}
