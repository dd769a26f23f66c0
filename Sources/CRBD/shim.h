// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
#pragma once
#include <dlfcn.h>
#include <rbd/librbd.h>

#if LIBRBD_VERSION_CODE < LIBRBD_VERSION(1, 16, 0)
#error "Locker needs librbd 1.16 (Ceph 16) or newer"
#endif

// Macros that Swift cannot import, since they are casts or shifts of other macros.
static const uint64_t LOCKER_RBD_FEATURE_LAYERING = RBD_FEATURE_LAYERING;
static const uint64_t LOCKER_RBD_FEATURE_STRIPINGV2 = RBD_FEATURE_STRIPINGV2;
static const uint64_t LOCKER_RBD_FEATURE_EXCLUSIVE_LOCK = RBD_FEATURE_EXCLUSIVE_LOCK;
static const uint64_t LOCKER_RBD_FEATURE_OBJECT_MAP = RBD_FEATURE_OBJECT_MAP;
static const uint64_t LOCKER_RBD_FEATURE_FAST_DIFF = RBD_FEATURE_FAST_DIFF;
static const uint64_t LOCKER_RBD_FEATURE_DEEP_FLATTEN = RBD_FEATURE_DEEP_FLATTEN;
static const uint64_t LOCKER_RBD_FEATURE_JOURNALING = RBD_FEATURE_JOURNALING;
static const uint64_t LOCKER_RBD_FEATURE_DATA_POOL = RBD_FEATURE_DATA_POOL;
static const uint64_t LOCKER_RBD_FEATURE_OPERATIONS = RBD_FEATURE_OPERATIONS;
static const uint64_t LOCKER_RBD_FEATURE_MIGRATING = RBD_FEATURE_MIGRATING;

// rbd_encryption_load2 came with librbd 1.17 (Ceph 17). The program may be built against 1.16 and run with a newer
// library, so the call is looked up at run time; the struct is librbd.h's rbd_encryption_spec_t.
typedef struct {
    rbd_encryption_format_t format;
    rbd_encryption_options_t opts;
    size_t opts_size;
} locker_rbd_encryption_spec_t;

#if LIBRBD_VERSION_CODE >= LIBRBD_VERSION(1, 17, 0) && defined(LIBRBD_SUPPORTS_ENCRYPTION_LOAD2)
_Static_assert(sizeof(locker_rbd_encryption_spec_t) == sizeof(rbd_encryption_spec_t), "librbd changed its struct");
#endif

typedef int (*locker_rbd_encryption_load2_t)(rbd_image_t, const locker_rbd_encryption_spec_t *, size_t);

// The address of rbd_encryption_load2 in the library that is loaded, or NULL if it has none.
static inline locker_rbd_encryption_load2_t locker_rbd_encryption_load2(void) {
    return (locker_rbd_encryption_load2_t)dlsym(RTLD_DEFAULT, "rbd_encryption_load2");
}

// rbd_diff_iterate3 came with Ceph 19.2.3 and 20, without a version of its own; its flags are librbd.h's
// RBD_DIFF_ITERATE_FLAG_INCLUDE_PARENT and RBD_DIFF_ITERATE_FLAG_WHOLE_OBJECT.
static const uint32_t LOCKER_DIFF_INCLUDE_PARENT = 1U << 0;
static const uint32_t LOCKER_DIFF_WHOLE_OBJECT = 1U << 1;

typedef int (*locker_rbd_diff_callback_t)(uint64_t, size_t, int, void *);
typedef int (*locker_rbd_diff_iterate3_t)(rbd_image_t, uint64_t, uint64_t, uint64_t, uint32_t,
                                          locker_rbd_diff_callback_t, void *);

// The address of rbd_diff_iterate3 in the library that is loaded, or NULL if it has none.
static inline locker_rbd_diff_iterate3_t locker_rbd_diff_iterate3(void) {
    return (locker_rbd_diff_iterate3_t)dlsym(RTLD_DEFAULT, "rbd_diff_iterate3");
}
