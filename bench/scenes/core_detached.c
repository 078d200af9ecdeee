/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/core_pair.h"
#include "bench/scenes/report.h"
#include "bench/scenes/scene.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DETACHED_SEED UINT64_C(20260102)
/* The interval of sessions and resumes: so short that no timer of a million sessions is due. */
#define DETACHED_STEP_NS 1000u
#define DETACHED_PROGRESS_EVERY 100000u

struct detached_memory {
    uint64_t resident_bytes;
    uint64_t malloc_bytes; /* in use, with the overhead of the allocator */
};

struct detached_scene {
    struct snet_bench_core_pair pair;
    bool attached;
    uint64_t session_count;
    uint64_t kept_count; /* clients that are kept, to resume */
    snet_session **kept;
};

static uint64_t detached_resident_bytes(void)
{
    unsigned long size = 0;
    unsigned long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu %lu", &size, &resident) != 2) {
        resident = 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static struct detached_memory detached_memory_now(void)
{
    (void)malloc_trim(0); /* what was freed does not count */
    const struct mallinfo2 info = mallinfo2();
    return (struct detached_memory){
        .resident_bytes = detached_resident_bytes(),
        .malloc_bytes = info.uordblks + info.hblkhd,
    };
}

/* --- Making them ---------------------------------------------------------------------------- */

/* A session at the server. Its client is freed, unless this session is to resume later. */
static bool detached_make(struct detached_scene *scene, uint64_t index)
{
    struct snet_bench_core_pair *pair = &scene->pair;
    const uint64_t every = scene->kept_count == 0 ? 0 : scene->session_count / scene->kept_count;
    if (!snet_bench_core_pair_open(pair)) {
        return false;
    }
    snet_bench_core_end_lose(&pair->client, pair->now);
    if (scene->attached) {
        pair->server.link = NULL; /* the link stays open, and receives nothing any more */
    } else {
        snet_bench_core_end_lose(&pair->server, pair->now);
    }
    if (every > 0 && index % every == 0 && index / every < scene->kept_count) {
        scene->kept[index / every] = pair->client.session;
    } else {
        snet_session_free(pair->client.session, pair->now);
        snet_bench_core_end_drain(&pair->client, pair->now);
    }
    pair->now += DETACHED_STEP_NS;
    return true;
}

static const char *detached_make_all(struct detached_scene *scene, struct snet_bench_report *report)
{
    struct snet_bench_core_pair *pair = &scene->pair;
    const struct detached_memory before = detached_memory_now();
    const uint64_t server_before = pair->server.allocated_bytes;
    const uint64_t client_before = pair->client.allocated_bytes;
    for (uint64_t i = 0; i < scene->session_count; i++) {
        if (!detached_make(scene, i)) {
            return "a session could not be opened";
        }
        if ((i + 1) % DETACHED_PROGRESS_EVERY == 0) {
            (void)fprintf(stderr, "%zu sessions\n", (size_t)i + 1);
        }
    }
    const struct detached_memory after = detached_memory_now();
    const double count = (double)scene->session_count;
    /* Clients that are kept are no part of a server. */
    const double client = (double)(pair->client.allocated_bytes - client_before);
    const double resident = (double)(after.resident_bytes - before.resident_bytes) - client;
    const double mallocs = (double)(after.malloc_bytes - before.malloc_bytes) - client;
    const double own = (double)(pair->server.allocated_bytes - server_before);
    snet_bench_report_flag(report, "attached", scene->attached);
    snet_bench_report_figure(report, "resident_bytes_per_session", resident / count);
    snet_bench_report_figure(report, "malloc_bytes_per_session", mallocs / count);
    snet_bench_report_figure(report, "core_bytes_per_session", own / count);
    snet_bench_report_figure(report, "libcrypto_bytes_per_session", (mallocs - own) / count);
    snet_bench_report_count(report, "resident_bytes", after.resident_bytes);
    return NULL;
}

/* --- Resuming some -------------------------------------------------------------------------- */

static const char *detached_resume_all(struct detached_scene *scene,
                                       struct snet_bench_report *report)
{
    struct snet_bench_core_pair *pair = &scene->pair;
    struct snet_bench_samples samples = {0};
    const char *wrong = NULL;
    uint64_t spent_ns = 0;
    pair->server.timed = true;
    for (uint64_t i = 0; wrong == NULL && i < scene->kept_count; i++) {
        pair->server.spent_ns = 0;
        if (!snet_bench_core_pair_resume(pair, scene->kept[i])) {
            wrong = "a session could not be resumed";
        }
        spent_ns += pair->server.spent_ns;
        if (!snet_bench_report_sample(&samples, pair->server.spent_ns)) {
            wrong = "there is no memory for the samples";
        }
        snet_bench_core_pair_cut(pair);
        pair->now += DETACHED_STEP_NS;
    }
    if (wrong == NULL && scene->kept_count > 0) {
        snet_bench_report_count(report, "resumes", scene->kept_count);
        snet_bench_report_figure(report, "server_us_per_resume",
                                 (double)spent_ns / 1000.0 / (double)scene->kept_count);
        snet_bench_report_quantiles(report, "server_resume_", &samples);
    }
    snet_bench_report_deinit(&samples);
    return wrong;
}

const char *snet_bench_core_detached_run(const struct snet_bench_options *options,
                                         struct snet_bench_report *report)
{
    struct detached_scene scene = {
        .attached = options->attached != 0,
        .session_count = options->sessions,
        .kept_count = options->resumes,
    };
    const struct snet_bench_core_config config = {
        .wire = options->over->wire,
        .plain = options->over->plain,
        .suite = options->over->suite,
        .history_bytes = (uint32_t)options->history_bytes,
        .sessions_max = (uint32_t)options->sessions + 1,
        .seed = DETACHED_SEED,
    };
    if (scene.kept_count > scene.session_count) {
        scene.kept_count = scene.session_count;
    }
    scene.kept = calloc(scene.kept_count + 1, sizeof(snet_session *));
    const char *wrong = "no cores could be made";
    if (scene.kept != NULL && snet_bench_core_pair_init(&scene.pair, &config) == SNET_OK) {
        wrong = detached_make_all(&scene, report);
        wrong = wrong != NULL ? wrong : detached_resume_all(&scene, report);
    }
    snet_bench_core_pair_deinit(&scene.pair);
    free(scene.kept);
    return wrong;
}
