// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// Descriptors that one process gives another, over a Unix socket that keeps messages apart. See: man 7 unix, SCM_RIGHTS.
#ifndef LOCKER_STORE_H
#define LOCKER_STORE_H

#include <stddef.h>
#include <sys/types.h>

// Takes a connection of this process' own user (EPERM for another's): a descriptor whose calls wait two seconds at most,
// or -1 with errno.
int locker_store_accept(int fd);

// Sends a message, with a descriptor unless that is -1: 0, or -1 with errno. Waits for room; raises no SIGPIPE.
int locker_store_send(int fd, const void *bytes, size_t count, int file);

// Receives a message, and the descriptor that came with it or -1: its bytes, 0 at the end, or -1 with errno.
ssize_t locker_store_receive(int fd, void *bytes, size_t count, int waits, int *file);

#endif
