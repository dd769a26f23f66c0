// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// io_uring through liburing, as far as it is used here: reading from a descriptor, and commands to a driver. See:
// man 7 io_uring.
#ifndef LOCKER_RING_H
#define LOCKER_RING_H

#include <stdint.h>

// A ring; one thread at a time may use it.
struct locker_ring;

// What became of an entry.
struct locker_completion {
    uint64_t id;
    int32_t result;
};

// Flags of locker_ring_open.
static const uint32_t LOCKER_RING_WIDE = 1;   // entries have room for 80 bytes of a command instead of 16
static const uint32_t LOCKER_RING_OF_ONE = 2; // its one thread is not interrupted to work on completions (Linux 5.19)

// Makes a ring for so many entries and completions at once: 0, or a negative errno.
int locker_ring_open(struct locker_ring **ring, unsigned entries, unsigned completions, uint32_t flags);
void locker_ring_close(struct locker_ring *ring);

// How many more entries it takes before they are submitted.
unsigned locker_ring_room(const struct locker_ring *ring);

// Queues a read, or a command with its payload: 0, or -EBUSY without room.
int locker_ring_read(struct locker_ring *ring, int fd, void *buffer, unsigned bytes, uint64_t id);
int locker_ring_command(struct locker_ring *ring, int fd, uint32_t command, const void *payload, unsigned bytes,
                        uint64_t id);

// Submits what is queued, and waits until there are so many completions: a count, or a negative errno.
int locker_ring_submit(struct locker_ring *ring, unsigned completions);

// How many completions are there; no call into the kernel.
unsigned locker_ring_ready(const struct locker_ring *ring);

// Takes completions that are there: how many.
unsigned locker_ring_take(struct locker_ring *ring, struct locker_completion *completions, unsigned most);

#endif
