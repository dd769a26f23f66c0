// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// What Swift cannot import by itself: variadic calls, function-like macros and calls that glibc does not wrap.
#ifndef LOCKER_HOST_H
#define LOCKER_HOST_H

#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// The size of a block device in bytes (BLKGETSIZE64).
static inline int locker_block_size(int fd, uint64_t *bytes) { return ioctl(fd, BLKGETSIZE64, bytes); }

// Drops what the kernel caches of a block device (BLKFLSBUF).
static inline int locker_block_flush(int fd) { return ioctl(fd, BLKFLSBUF, 0); }

static inline unsigned locker_major(dev_t device) { return gnu_dev_major(device); }
static inline unsigned locker_minor(dev_t device) { return gnu_dev_minor(device); }

// openat(2) without its variadic mode.
static inline int locker_openat(int directory, const char *path, int flags, mode_t mode) {
    return openat(directory, path, flags, mode);
}

// What an XFS that is mounted knows of its size: bytes of a block, blocks, and the most inodes in percent.
int locker_xfs_geometry(int fd, uint32_t *block_size, uint64_t *blocks, uint32_t *inode_percent);

// Lets a mounted XFS have so many blocks (XFS_IOC_FSGROWFSDATA).
int locker_xfs_grow(int fd, uint64_t blocks, uint32_t inode_percent);

// Mounts an XFS where nobody sees it, beside another one of the same UUID, and unmounts it: its log is replayed then.
int locker_xfs_replay(const char *device);

// Opens a directory only to hold on to it (O_PATH).
int locker_hold_directory(const char *path);

// A file that is nowhere but in memory, closed on exec (memfd_create): a GNU extension that the importer does not see.
int locker_memory_file(const char *name);

// Random bytes of the kernel's (getrandom).
static inline ssize_t locker_random(void *bytes, size_t count) { return getrandom(bytes, count, 0); }

// errno's name, "EBUSY": a GNU extension that the Swift importer does not see. NULL for a number that is none.
const char *locker_errno_name(int code);

// Kinds of Unix sockets, as numbers: a stream, and one that keeps messages apart.
static const int LOCKER_UNIX_STREAM = SOCK_STREAM;
static const int LOCKER_UNIX_MESSAGES = SOCK_SEQPACKET;

// Connects to a Unix socket: a descriptor, -1 with errno, or -2 with errno when nobody listens there. Its calls, and this
// one, wait so long at most, or for ever if that is 0.
int locker_unix_connect(const char *path, int kind, int milliseconds);

// A Unix socket that listens at a path, with mode 0600 from the first moment on: a descriptor, or -1 with errno.
int locker_unix_listen(const char *path, int kind);

// Lets calls on a socket wait so long at most.
void locker_unix_bound(int fd, int milliseconds);

// The kernel's key service, see keyctl(2); glibc does not wrap it.
#define LOCKER_SESSION_KEYRING (-3)
#define LOCKER_USER_KEYRING (-4)
static inline int32_t locker_add_key(const char *type, const char *name, const void *payload, size_t length,
                                     int32_t keyring) {
    return (int32_t)syscall(SYS_add_key, type, name, payload, length, keyring);
}
static inline int32_t locker_search_key(int32_t keyring, const char *type, const char *name) {
    return (int32_t)syscall(SYS_keyctl, 10 /* KEYCTL_SEARCH */, keyring, type, name, 0);
}
static inline long locker_read_key(int32_t key, void *buffer, size_t length) {
    return syscall(SYS_keyctl, 11 /* KEYCTL_READ */, key, buffer, length);
}
static inline long locker_link_key(int32_t key, int32_t keyring) {
    return syscall(SYS_keyctl, 8 /* KEYCTL_LINK */, key, keyring);
}
static inline long locker_unlink_key(int32_t key, int32_t keyring) {
    return syscall(SYS_keyctl, 9 /* KEYCTL_UNLINK */, key, keyring);
}

#endif
