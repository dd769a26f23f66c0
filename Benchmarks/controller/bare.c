// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// The floor: rbd_create4 and rbd_trash_move from C, one connection, with the features that Locker's volumes have.
//   bare MONITORS USER KEY POOL NAMESPACE COUNT THREADS
// Prints a JSON object with the times of each call in milliseconds.
#include <pthread.h>
#include <rados/librados.h>
#include <rbd/librbd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static rados_t cluster;
static const char *pool, *space;
static int count, threads;
static double *times;
static int phase;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void must(int result, const char *call) {
    if (result < 0) {
        fprintf(stderr, "bare: %s: %s\n", call, strerror(-result));
        exit(1);
    }
}

static void *work(void *argument) {
    int first = (int)(long)argument;
    rados_ioctx_t io;
    must(rados_ioctx_create(cluster, pool, &io), "rados_ioctx_create");
    rados_ioctx_set_namespace(io, space);
    rbd_image_options_t options;
    rbd_image_options_create(&options);
    rbd_image_options_set_uint64(options, RBD_IMAGE_OPTION_FORMAT, 2);
    rbd_image_options_set_uint64(options, RBD_IMAGE_OPTION_FEATURES, 1 | 4 | 8 | 16 | 32);
    for (int i = first; i < count; i += threads) {
        char name[64];
        snprintf(name, sizeof name, "bare-%d", i);
        double start = now();
        if (phase == 0)
            must(rbd_create4(io, name, 1ULL << 30, options), "rbd_create4");
        else
            must(rbd_trash_move(io, name, 0), "rbd_trash_move");
        times[i] = now() - start;
    }
    rbd_image_options_destroy(options);
    rados_ioctx_destroy(io);
    return NULL;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void run(const char *what) {
    pthread_t workers[64];
    double start = now();
    for (long i = 0; i < threads; i++) pthread_create(&workers[i], NULL, work, (void *)i);
    for (long i = 0; i < threads; i++) pthread_join(workers[i], NULL);
    double elapsed = now() - start;
    qsort(times, count, sizeof *times, ascending);
    printf("{\"what\":\"%s\",\"at_once\":%d,\"count\":%d,\"p50\":%.2f,\"p95\":%.2f,\"per_second\":%.1f}\n", what, threads,
           count, times[count / 2], times[count * 95 / 100], count / elapsed * 1e3);
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: bare MONITORS USER KEY POOL NAMESPACE COUNT THREADS\n");
        return 2;
    }
    char user[128];
    snprintf(user, sizeof user, "client.%s", argv[2]);
    pool = argv[4], space = argv[5], count = atoi(argv[6]), threads = atoi(argv[7]);
    if (count < 1 || threads < 1 || threads > 64) return 2;
    times = calloc(count, sizeof *times);
    must(rados_create2(&cluster, "ceph", user, 0), "rados_create2");
    must(rados_conf_set(cluster, "mon_host", argv[1]), "mon_host");
    must(rados_conf_set(cluster, "key", argv[3]), "key");
    must(rados_connect(cluster), "rados_connect");
    run("rbd_create4");
    phase = 1;
    run("rbd_trash_move");
    // What the deletions left is not measured: the driver removes it in the background too.
    rados_ioctx_t io;
    must(rados_ioctx_create(cluster, pool, &io), "rados_ioctx_create");
    rados_ioctx_set_namespace(io, space);
    size_t entries = count + 64;
    rbd_trash_image_info_t *trash = calloc(entries, sizeof *trash);
    must(rbd_trash_list(io, trash, &entries), "rbd_trash_list");
    for (size_t i = 0; i < entries; i++)
        if (strncmp(trash[i].name, "bare-", 5) == 0) must(rbd_trash_remove(io, trash[i].id, 1), "rbd_trash_remove");
    rbd_trash_list_cleanup(trash, entries);
    free(trash);
    rados_ioctx_destroy(io);
    rados_shutdown(cluster);
    free(times);
    return 0;
}
