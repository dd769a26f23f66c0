// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// What glibc has only for _GNU_SOURCE, which a module of Swift's cannot ask for.
#ifndef LOCKER_SPAWN_H
#define LOCKER_SPAWN_H

#include <spawn.h>

// In glibc since 2.34: the program inherits no descriptor from `first` on.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

static inline int locker_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

#endif
