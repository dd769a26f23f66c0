// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// Preloaded into a process (LD_PRELOAD), stands before every function of librados and librbd that talks to the cluster,
// counts the calls, and kills the process with SIGKILL at the one that the test asks for, before it or some microseconds
// into it. The product knows nothing of it, so nothing that it calls can be forgotten in it.

#define _GNU_SOURCE
#include "ceph_call_killer.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct ceph_call_control *control;

static void *die_later(void *delay) {
    usleep((useconds_t)(intptr_t)delay);
    kill(getpid(), SIGKILL);
    return NULL;
}

static void reached(const char *name) {
    if (control == NULL) return;
    int64_t kill_at = __atomic_load_n(&control->kill_at, __ATOMIC_SEQ_CST);
    if (kill_at == 0) return;
    if (control->only[0] != 0 && strncmp(control->only, name, sizeof control->only) != 0) return;
    if (__atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST) != kill_at) return;
    strncpy(control->name, name, sizeof control->name - 1);
    if (control->delay == 0) kill(getpid(), SIGKILL);
    pthread_t thread;
    if (pthread_create(&thread, NULL, die_later, (void *)(intptr_t)control->delay) != 0) abort();
    pthread_detach(thread);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CEPH_CALL_CONTROL");
    if (path == NULL) return;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) abort();
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) abort();
    close(file);
    control = mapped;
}

// All arguments are integers or pointers and at most ten, so what a caller passed, in registers or on its stack, goes on
// as it came whatever the function's own type is; the ABIs of x86-64 and aarch64 allow no more and no less.
typedef long (*any_call)(long, long, long, long, long, long, long, long, long, long);

#define CALL(name)                                                                                                     \
    long name(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j) {                        \
        static _Atomic(any_call) real;                                                                                 \
        any_call next = atomic_load(&real);                                                                            \
        if (next == NULL) {                                                                                            \
            next = (any_call)dlsym(RTLD_NEXT, #name);                                                                  \
            if (next == NULL) abort();                                                                                 \
            atomic_store(&real, next);                                                                                 \
        }                                                                                                              \
        reached(#name);                                                                                                \
        return next(a, b, c, d, e, f, g, h, i, j);                                                                     \
    }
#include "ceph_calls.h"
