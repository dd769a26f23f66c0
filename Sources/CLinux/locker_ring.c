// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_ring.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>

struct locker_ring {
    struct io_uring ring;
    unsigned payload;
};

int locker_ring_open(struct locker_ring **ring, unsigned entries, unsigned completions, uint32_t flags) {
    struct locker_ring *made = calloc(1, sizeof *made);
    if (made == NULL) return -ENOMEM;
    struct io_uring_params parameters = {.flags = IORING_SETUP_CQSIZE, .cq_entries = completions};
    made->payload = 16;
    if (flags & LOCKER_RING_WIDE) {
        parameters.flags |= IORING_SETUP_SQE128;
        made->payload = 80;
    }
    // Not IORING_SETUP_DEFER_TASKRUN, which would save some wakes more: Linux 6.12.95 crashed when such a ring was closed.
    if (flags & LOCKER_RING_OF_ONE) parameters.flags |= IORING_SETUP_COOP_TASKRUN;
    int result = io_uring_queue_init_params(entries, &made->ring, &parameters);
    if (result < 0) {
        free(made);
        return result;
    }
    *ring = made;
    return 0;
}

void locker_ring_close(struct locker_ring *ring) {
    io_uring_queue_exit(&ring->ring);
    free(ring);
}

unsigned locker_ring_room(const struct locker_ring *ring) { return io_uring_sq_space_left(&ring->ring); }

int locker_ring_read(struct locker_ring *ring, int fd, void *buffer, unsigned bytes, uint64_t id) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
    if (entry == NULL) return -EBUSY;
    io_uring_prep_read(entry, fd, buffer, bytes, 0);
    entry->user_data = id;
    return 0;
}

int locker_ring_command(struct locker_ring *ring, int fd, uint32_t command, const void *payload, unsigned bytes,
                        uint64_t id) {
    if (bytes > ring->payload) return -EINVAL;
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
    if (entry == NULL) return -EBUSY;
    io_uring_prep_rw(IORING_OP_URING_CMD, entry, fd, NULL, 0, 0);
    entry->cmd_op = command;
    entry->user_data = id;
    memset(entry->cmd, 0, ring->payload);
    memcpy(entry->cmd, payload, bytes);
    return 0;
}

int locker_ring_submit(struct locker_ring *ring, unsigned completions) {
    return io_uring_submit_and_wait(&ring->ring, completions);
}

unsigned locker_ring_ready(const struct locker_ring *ring) { return io_uring_cq_ready(&ring->ring); }

unsigned locker_ring_take(struct locker_ring *ring, struct locker_completion *completions, unsigned most) {
    struct io_uring_cqe *entry;
    unsigned head, count = 0;
    io_uring_for_each_cqe(&ring->ring, head, entry) {
        if (count == most) break;
        completions[count++] = (struct locker_completion){.id = entry->user_data, .result = entry->res};
    }
    io_uring_cq_advance(&ring->ring, count);
    return count;
}
