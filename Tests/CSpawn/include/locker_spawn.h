// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// What tests need of the system that a module of Swift's cannot ask for: what glibc has only for _GNU_SOURCE, or not at all.
#ifndef LOCKER_SPAWN_H
#define LOCKER_SPAWN_H

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

// In glibc since 2.34: the program inherits no descriptor from `first` on.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

static inline int locker_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

extern int renameat2(int one_folder, const char *one, int other_folder, const char *other, unsigned flags);

// Lets two names change places at one moment (RENAME_EXCHANGE).
static inline int locker_exchange(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, 2);
}

// Gives this process an empty session keyring of its own, as a container has (KEYCTL_JOIN_SESSION_KEYRING).
static inline long locker_new_session_keyring(void) {
    return syscall(SYS_keyctl, 1, (const char *)0);
}

#endif
