// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// What is under way on connections to the kernel's nbd, in a file in memory that is mapped by the process that serves
// them and, once that is dead, by its successor.
//
// A process that is killed has done everything before some instruction and nothing after it. So the order in which it
// writes is what counts, and that is the compiler's: every step that decides something is one word, written by
// locker_journal_set.
#ifndef LOCKER_JOURNAL_H
#define LOCKER_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// How much of a connection is read ahead of what it is known to be: 36 headers.
#define LOCKER_JOURNAL_STAGING 1024
#define LOCKER_JOURNAL_NAME 128

// The beginning of the file.
struct locker_journal_head {
    uint64_t magic;
    // Of all that is in the file, in bytes: a file of another version's is none.
    uint32_t link_size, slot_size, links, slots;
    // A number that nobody else knows, to find out where something was written over it.
    uint64_t mark;
    // How many links and slots were ever in use: nothing behind them has to be looked at, and takes memory.
    uint32_t links_end, slots_end;
};

// How far a connection is read.
struct locker_journal_reading {
    // Which of the two stagings is in use, and where what is not yet understood begins and ends in it.
    uint32_t staging, start, end;
    // The slot of a write whose data has not all come, plus one, and how many bytes have.
    uint32_t partial, received;
    // How many bytes are being read; the mark lies at their beginning and at their end until they are there.
    uint32_t expected;
};

// One connection.
struct locker_journal_link {
    uint32_t is_used;
    // Which of the two readings counts.
    uint32_t current;
    // Whether answers may be on their way out.
    uint32_t is_sending;
    // How many requests have no slot.
    uint32_t loose;
    struct locker_journal_reading reading[2];
    char name[LOCKER_JOURNAL_NAME];
    unsigned char staging[2][LOCKER_JOURNAL_STAGING];
};

// States of a slot.
static const uint32_t LOCKER_SLOT_FREE = 0;
// A write whose data has not all come.
static const uint32_t LOCKER_SLOT_COLLECTING = 1;
// A request that is not answered, or not in full.
static const uint32_t LOCKER_SLOT_PENDING = 2;

// One request.
struct locker_journal_slot {
    uint32_t state;
    uint32_t link;
    uint64_t handle, offset;
    // Bytes to read or write, and what is asked for: a NBD_CMD_….
    uint32_t count, command;
    // How much of the answer has been sent, and how long it is if that is not nothing.
    uint32_t sent, answer;
    // No two share a line of the processor's cache.
    uint64_t unused[3];
};

// Decides: what was written before is there before, and what is written later is not. The compiler keeps to that.
static inline void locker_journal_set(uint32_t *word, uint32_t value) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
static inline uint32_t locker_journal_get(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void locker_journal_add(uint32_t *word, int32_t number) {
    (void)__atomic_add_fetch(word, (uint32_t)number, __ATOMIC_ACQ_REL);
}

// The reading that counts.
static inline struct locker_journal_reading locker_journal_reading(const struct locker_journal_link *link) {
    return link->reading[locker_journal_get(&link->current) & 1];
}

// Lets another reading count.
static inline void locker_journal_read(struct locker_journal_link *link, struct locker_journal_reading reading) {
    uint32_t other = (link->current & 1) ^ 1;
    link->reading[other] = reading;
    locker_journal_set(&link->current, other);
}

static inline unsigned char *locker_journal_staging(struct locker_journal_link *link, uint32_t which) {
    return link->staging[which & 1];
}

static inline const char *locker_journal_name(const struct locker_journal_link *link) { return link->name; }
static inline void locker_journal_rename(struct locker_journal_link *link, const char *name) {
    strncpy(link->name, name, LOCKER_JOURNAL_NAME - 1);
    link->name[LOCKER_JOURNAL_NAME - 1] = 0;
}

// Gives the memory of part of the file back; it reads as zeroes.
int locker_journal_clear(int fd, uint64_t offset, uint64_t bytes);

#endif
