/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/core_pair.h"
#include "bench/scenes/report.h"
#include "bench/scenes/scene.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define THREADS_SEED UINT64_C(20260103)
#define THREADS_ROUNDS 5u
/* Resumes of each session: several, since on some wires they are much faster than new sessions. */
#define THREADS_RESUMES 4u

/* The two halves of a recording. */
enum threads_half {
    THREADS_OPEN,
    THREADS_RESUME
};
#define THREADS_HALVES 2

struct threads_scene {
    struct snet_bench_core_config config;
    struct snet_bench_core_recording recording;
    size_t resumes_from; /* the first frame that is not of a new session */
    uint64_t session_count;
    unsigned thread_count;
};

/* No thread starts before all are ready, and none starts if one could not be made. */
struct threads_gate {
    pthread_mutex_t mutex; /* held while threads are being made */
    pthread_barrier_t barrier;
    bool stop;
};

struct threads_worker {
    const struct threads_scene *scene;
    struct threads_gate *gate;
    pthread_t thread;
    struct snet_bench_core_pair pair; /* its server alone is used */
    bool ok;
    uint64_t begin_ns[THREADS_HALVES];
    uint64_t end_ns[THREADS_HALVES];
    uint64_t cpu_ns[THREADS_HALVES];
};

/* What a run with some threads yields, per second. */
struct threads_rates {
    double wall[THREADS_HALVES];
    double cpu[THREADS_HALVES]; /* per second of one processor's time */
};

/* --- Recording ------------------------------------------------------------------------------ */

static const char *threads_record_sessions(struct threads_scene *scene,
                                           struct snet_bench_core_pair *pair,
                                           snet_session **sessions)
{
    pair->recording = &scene->recording;
    for (uint64_t i = 0; i < scene->session_count; i++) {
        if (!snet_bench_core_pair_open(pair)) {
            return "a session could not be opened";
        }
        sessions[i] = pair->client.session;
        snet_bench_core_pair_cut(pair);
    }
    scene->resumes_from = scene->recording.count;
    for (uint64_t i = 0; i < THREADS_RESUMES * scene->session_count; i++) {
        if (!snet_bench_core_pair_resume(pair, sessions[i % scene->session_count])) {
            return "a session could not be resumed";
        }
        snet_bench_core_pair_cut(pair);
    }
    return scene->recording.failed ? "there is no memory for the recording" : NULL;
}

static const char *threads_record(struct threads_scene *scene)
{
    struct snet_bench_core_pair pair;
    const char *wrong = "no cores could be made";
    snet_session **sessions = calloc(scene->session_count, sizeof(snet_session *));
    const snet_err err = snet_bench_core_pair_init(&pair, &scene->config);
    if (sessions != NULL && err == SNET_OK) {
        wrong = threads_record_sessions(scene, &pair, sessions);
    }
    snet_bench_core_pair_deinit(&pair);
    free(sessions);
    return wrong;
}

/* --- Playing -------------------------------------------------------------------------------- */

static uint64_t threads_clock_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * SNET_SECOND_NS + (uint64_t)now.tv_nsec;
}

static void threads_play_half(struct threads_worker *worker, enum threads_half half)
{
    const struct threads_scene *scene = worker->scene;
    const size_t from = half == THREADS_OPEN ? 0 : scene->resumes_from;
    const size_t to = half == THREADS_OPEN ? scene->resumes_from : scene->recording.count;
    (void)pthread_barrier_wait(&worker->gate->barrier);
    const uint64_t cpu_ns = threads_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    worker->begin_ns[half] = threads_clock_ns(CLOCK_MONOTONIC);
    worker->ok = worker->ok &&
                 snet_bench_core_recording_play(&scene->recording, from, to, &worker->pair.server);
    worker->end_ns[half] = threads_clock_ns(CLOCK_MONOTONIC);
    worker->cpu_ns[half] = threads_clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
}

/* A worker that has failed still comes to each barrier, because the others wait for it there. */
static void *threads_work(void *argument)
{
    struct threads_worker *worker = argument;
    (void)pthread_mutex_lock(&worker->gate->mutex);
    const bool stop = worker->gate->stop;
    (void)pthread_mutex_unlock(&worker->gate->mutex);
    if (stop) {
        return NULL;
    }
    struct snet_bench_core_end *server = &worker->pair.server;
    worker->ok = snet_bench_core_pair_init_server(&worker->pair, &worker->scene->config) == SNET_OK;
    threads_play_half(worker, THREADS_OPEN);
    threads_play_half(worker, THREADS_RESUME);
    worker->ok = worker->ok && server->opened == worker->scene->session_count &&
                 server->resumed == THREADS_RESUMES * worker->scene->session_count;
    snet_bench_core_pair_deinit(&worker->pair);
    return NULL;
}

static struct threads_rates threads_rates_of(const struct threads_worker *workers, unsigned count,
                                             uint64_t session_count)
{
    struct threads_rates rates;
    for (size_t half = 0; half < THREADS_HALVES; half++) {
        uint64_t begin_ns = workers[0].begin_ns[half];
        uint64_t end_ns = workers[0].end_ns[half];
        uint64_t cpu_ns = 0;
        for (unsigned i = 0; i < count; i++) {
            begin_ns = workers[i].begin_ns[half] < begin_ns ? workers[i].begin_ns[half] : begin_ns;
            end_ns = workers[i].end_ns[half] > end_ns ? workers[i].end_ns[half] : end_ns;
            cpu_ns += workers[i].cpu_ns[half];
        }
        const uint64_t each =
            half == THREADS_OPEN ? session_count : THREADS_RESUMES * session_count;
        const double total = (double)each * count * 1e9;
        rates.wall[half] = total / (double)(end_ns - begin_ns);
        rates.cpu[half] = total / (double)cpu_ns;
    }
    return rates;
}

static bool threads_work_all(struct threads_worker *workers, unsigned count,
                             struct threads_gate *gate)
{
    unsigned begun = 0;
    bool ok = true;
    (void)pthread_mutex_lock(&gate->mutex);
    while (begun < count &&
           pthread_create(&workers[begun].thread, NULL, threads_work, &workers[begun]) == 0) {
        begun++;
    }
    gate->stop = begun < count;
    (void)pthread_mutex_unlock(&gate->mutex);
    for (unsigned i = 0; i < begun; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        ok = ok && workers[i].ok;
    }
    return ok && begun == count;
}

static const char *threads_run(const struct threads_scene *scene, unsigned count,
                               struct threads_rates *ret_rates)
{
    struct threads_gate gate = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    struct threads_worker *workers = calloc(count, sizeof *workers);
    if (workers == NULL || pthread_barrier_init(&gate.barrier, NULL, count) != 0) {
        free(workers);
        return "there is no memory for threads";
    }
    for (unsigned i = 0; i < count; i++) {
        workers[i].scene = scene;
        workers[i].gate = &gate;
    }
    const bool ok = threads_work_all(workers, count, &gate);
    if (ok) {
        *ret_rates = threads_rates_of(workers, count, scene->session_count);
    }
    (void)pthread_barrier_destroy(&gate.barrier);
    free(workers);
    return ok ? NULL : "a server did not do again what it did before";
}

/* --- The scene ------------------------------------------------------------------------------ */

/* The names of the figures of a half. */
struct threads_keys {
    const char *one;
    const char *all;
    const char *ratio;
    const char *cpu_ratio;
};

static int threads_compare(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static double threads_median(double *values)
{
    qsort(values, THREADS_ROUNDS, sizeof *values, threads_compare);
    return values[THREADS_ROUNDS / 2];
}

/* One thread and all threads in turn, so that a busy machine disturbs both. */
static const char *threads_measure(const struct threads_scene *scene,
                                   struct snet_bench_report *report)
{
    static const struct threads_keys keys[THREADS_HALVES] = {
        {"opens_per_s_1", "opens_per_s", "opens_ratio", "opens_cpu_ratio"},
        {"resumes_per_s_1", "resumes_per_s", "resumes_ratio", "resumes_cpu_ratio"},
    };
    struct threads_rates one[THREADS_ROUNDS];
    struct threads_rates all[THREADS_ROUNDS];
    for (unsigned round = 0; round < THREADS_ROUNDS; round++) {
        const char *wrong = threads_run(scene, 1, &one[round]);
        wrong = wrong != NULL ? wrong : threads_run(scene, scene->thread_count, &all[round]);
        if (wrong != NULL) {
            return wrong;
        }
    }
    for (size_t half = 0; half < THREADS_HALVES; half++) {
        double rates[4][THREADS_ROUNDS];
        for (unsigned round = 0; round < THREADS_ROUNDS; round++) {
            rates[0][round] = one[round].wall[half];
            rates[1][round] = all[round].wall[half];
            rates[2][round] = all[round].wall[half] / one[round].wall[half];
            /* Threads that share cache lines would use more processor time each. */
            rates[3][round] = all[round].cpu[half] / one[round].cpu[half] * scene->thread_count;
        }
        snet_bench_report_figure(report, keys[half].one, threads_median(rates[0]));
        snet_bench_report_figure(report, keys[half].all, threads_median(rates[1]));
        snet_bench_report_figure(report, keys[half].ratio, threads_median(rates[2]));
        snet_bench_report_figure(report, keys[half].cpu_ratio, threads_median(rates[3]));
    }
    return NULL;
}

const char *snet_bench_core_threads_run(const struct snet_bench_options *options,
                                        struct snet_bench_report *report)
{
    struct threads_scene scene = {
        .config = {.wire = options->over->wire,
                   .plain = options->over->plain,
                   .suite = options->over->suite,
                   .history_bytes = (uint32_t)options->history_bytes,
                   .sessions_max = (uint32_t)options->sessions + 1,
                   .seed = THREADS_SEED},
        .session_count = options->sessions,
        .thread_count = options->threads,
    };
    snet_bench_report_count(report, "threads", scene.thread_count);
    const char *wrong = threads_record(&scene);
    wrong = wrong != NULL ? wrong : threads_measure(&scene, report);
    snet_bench_core_recording_deinit(&scene.recording);
    return wrong;
}
