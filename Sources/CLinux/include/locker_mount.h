// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// Paths that are opened without following links, and mounts made on what was opened; glibc 2.36 wraps all but openat2.
#ifndef LOCKER_MOUNT_H
#define LOCKER_MOUNT_H

#include <stdint.h>
#include <sys/statvfs.h>
#include <sys/types.h>

// Opens `path` below the directory `root` with O_CLOEXEC; no symbolic link in it is followed, and it leads nowhere else
// (ELOOP, EXDEV). `flags` are open(2)'s. See: man 2 openat2.
int locker_open_beneath(int root, const char *path, int flags, mode_t mode);

// Flags of locker_open_beneath: what glibc shows with _GNU_SOURCE only.
static const int LOCKER_O_PATH = 010000000;

// A mount of what `source` holds, at no place yet: a descriptor. See: man 2 open_tree (OPEN_TREE_CLONE).
int locker_clone_mount(int source);

// Changes the flags (MOUNT_ATTR_...) of a mount that has no place yet. See: man 2 mount_setattr.
int locker_change_mount(int mount, uint64_t set, uint64_t clear);

// Gives a mount its place, on top of what `target` holds. See: man 2 move_mount.
int locker_place_mount(int mount, int target);

// statvfs(3) of what a descriptor holds, O_PATH ones too.
int locker_usage(int file, struct statvfs *usage);

// chown and chmod of what a descriptor holds, O_PATH ones of symbolic links too for the group.
int locker_change_group(int file, gid_t group);

#endif
