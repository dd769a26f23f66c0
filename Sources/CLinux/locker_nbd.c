// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_nbd.h"

#include <poll.h>

int locker_peer_is_gone(int fd) {
    struct pollfd look = {.fd = fd, .events = POLLRDHUP};
    return poll(&look, 1, 0) == 1 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void *locker_map(size_t bytes) { return locker_map_file(-1, 0, bytes); }

void *locker_map_file(int fd, uint64_t offset, size_t bytes) {
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, (off_t)offset);
    if (memory == MAP_FAILED) return NULL;
    // A kernel without huge pages refuses this, and has no need of it.
    (void)madvise(memory, bytes, MADV_NOHUGEPAGE);
    return memory;
}
