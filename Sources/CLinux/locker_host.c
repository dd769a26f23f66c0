// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_host.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

const char *locker_errno_name(int code) { return strerrorname_np(code); }

int locker_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

static int unix_address(const char *path, struct sockaddr_un *address) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address->sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

static int close_and_fail(int fd, int result) {
    int code = errno;
    close(fd);
    errno = code;
    return result;
}

void locker_unix_bound(int fd, int milliseconds) {
    struct timeval limit = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

int locker_unix_connect(const char *path, int kind, int milliseconds) {
    struct sockaddr_un address;
    if (unix_address(path, &address) != 0) return -1;
    int fd = socket(AF_UNIX, kind | SOCK_CLOEXEC, 0);
    if (fd >= 0 && milliseconds > 0) locker_unix_bound(fd, milliseconds);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) return fd;
    return close_and_fail(fd, errno == ECONNREFUSED ? -2 : -1);
}

int locker_unix_listen(const char *path, int kind) {
    struct sockaddr_un address;
    if (unix_address(path, &address) != 0) return -1;
    int fd = socket(AF_UNIX, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    // Linux gives the file the mode that the socket has before it is bound. See: net/unix/af_unix.c.
    if (fchmod(fd, 0600) != 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        return close_and_fail(fd, -1);
    // Whoever finds the file may connect at once and waits for the server, instead of being refused and backing off.
    if (listen(fd, 128) != 0) {
        unlink(path);
        return close_and_fail(fd, -1);
    }
    return fd;
}

int locker_hold_directory(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

// From the kernel's fs/xfs/libxfs/xfs_fs.h, part of its interface for user space; xfslibs-dev would be the only other
// reason to need a package.
struct xfs_geometry_v1 {
    uint32_t blocksize, rtextsize, agblocks, agcount, logblocks, sectsize, inodesize, imaxpct;
    uint64_t datablocks, rtblocks, rtextents, logstart;
    unsigned char uuid[16];
    uint32_t sunit, swidth;
    int32_t version;
    uint32_t flags, logsectsize, rtsectsize, dirblocksize;
};
struct xfs_growfs_data {
    uint64_t newblocks;
    uint32_t imaxpct;
};
_Static_assert(sizeof(struct xfs_geometry_v1) == 112, "as the kernel has it");
_Static_assert(sizeof(struct xfs_growfs_data) == 16, "as the kernel has it");

int locker_xfs_geometry(int fd, uint32_t *block_size, uint64_t *blocks, uint32_t *inode_percent) {
    struct xfs_geometry_v1 geometry;
    if (ioctl(fd, _IOR('X', 100, struct xfs_geometry_v1), &geometry) != 0) return -1;
    *block_size = geometry.blocksize;
    *blocks = geometry.datablocks;
    *inode_percent = geometry.imaxpct;
    return 0;
}

int locker_xfs_grow(int fd, uint64_t blocks, uint32_t inode_percent) {
    struct xfs_growfs_data data = {.newblocks = blocks, .imaxpct = inode_percent};
    return ioctl(fd, _IOW('X', 110, struct xfs_growfs_data), &data);
}

int locker_xfs_replay(const char *device) {
    int context = fsopen("xfs", FSOPEN_CLOEXEC);
    if (context < 0) return -1;
    if (fsconfig(context, FSCONFIG_SET_STRING, "source", device, 0) != 0 ||
        fsconfig(context, FSCONFIG_SET_FLAG, "nouuid", NULL, 0) != 0 ||
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) != 0)
        return close_and_fail(context, -1);
    int mount = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    if (mount < 0) return close_and_fail(context, -1);
    // A mount that was never attached to a directory ends with its last file descriptor.
    close(mount);
    return close(context);
}
