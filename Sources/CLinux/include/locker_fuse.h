// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// FUSE's kernel protocol as /dev/fuse speaks it; see linux/fuse.h for the messages.
#ifndef LOCKER_FUSE_H
#define LOCKER_FUSE_H

#include <linux/falloc.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

// Makes a freshly opened /dev/fuse one more channel of the connection that `source` belongs to.
static inline int locker_fuse_clone(int fd, int source) {
    uint32_t number = (uint32_t)source;
    return ioctl(fd, FUSE_DEV_IOC_CLONE, &number);
}

// Names the calling thread and keeps its allocations from waiting for writeback, which may be waiting for this thread
// (needs CAP_SYS_RESOURCE). Returns -1 if the kernel refused the latter.
static inline int locker_fuse_thread(const char *name) {
    (void)prctl(PR_SET_NAME, name, 0, 0, 0);
    return prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
}

#endif
