// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_mount.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(LOCKER_O_PATH == O_PATH, "as the kernel has it");

int locker_open_beneath(int root, const char *path, int flags, mode_t mode) {
    struct open_how how = {
        .flags = (uint64_t)flags | O_CLOEXEC,
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

int locker_clone_mount(int source) {
    return open_tree(source, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
}

int locker_change_mount(int mount, uint64_t set, uint64_t clear) {
    struct mount_attr change = {.attr_set = set, .attr_clr = clear};
    return mount_setattr(mount, "", AT_EMPTY_PATH, &change, sizeof change);
}

int locker_place_mount(int mount, int target) {
    return move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int locker_usage(int file, struct statvfs *usage) { return fstatvfs(file, usage); }

int locker_change_group(int file, gid_t group) { return fchownat(file, "", (uid_t)-1, group, AT_EMPTY_PATH); }
