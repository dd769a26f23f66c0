// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_host.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

const char *locker_errno_name(int code) { return strerrorname_np(code); }

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

int locker_unix_connect(const char *path) {
    struct sockaddr_un address;
    if (unix_address(path, &address) != 0) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) return fd;
    return close_and_fail(fd, errno == ECONNREFUSED ? -2 : -1);
}

int locker_unix_listen(const char *path) {
    struct sockaddr_un address;
    if (unix_address(path, &address) != 0) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
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
