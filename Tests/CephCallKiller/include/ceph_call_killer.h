// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// What a test and the process it wants killed share: a file that both have mapped.
#ifndef CEPH_CALL_KILLER_H
#define CEPH_CALL_KILLER_H

#include <stdint.h>

struct ceph_call_control {
    // The number of the call to die at, counted from 1 since this was last set; 0 counts nothing.
    int64_t kill_at;
    // Microseconds after the beginning of that call; 0 dies before it.
    int64_t delay;
    // How many calls were begun since.
    int64_t count;
    // The name of the call that was died at.
    char name[64];
    // The name of the only function that is counted; empty for all.
    char only[64];
};

#endif
