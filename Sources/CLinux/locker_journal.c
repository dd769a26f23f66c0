// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_journal.h"

#include <fcntl.h>
#include <sys/mman.h>

void *locker_journal_map(int fd, uint64_t offset, size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
    if (memory == MAP_FAILED) return NULL;
    // A kernel without huge pages refuses this, and has no need of it.
    (void)madvise(memory, bytes, MADV_NOHUGEPAGE);
    return memory;
}

int locker_journal_clear(int fd, uint64_t offset, uint64_t bytes) {
    return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)bytes);
}
