// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_store.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int open_socket(const char *path, int flags, struct sockaddr_un *address) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address->sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
}

static int close_and_fail(int fd) {
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int locker_store_listen(const char *path) {
    struct sockaddr_un address;
    int fd = open_socket(path, SOCK_NONBLOCK, &address);
    if (fd < 0) return -1;
    // Linux gives the file the mode that the socket has before it is bound. See: net/unix/af_unix.c.
    if (fchmod(fd, 0600) != 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) return close_and_fail(fd);
    if (listen(fd, 8) == 0) return fd;
    unlink(path);
    return close_and_fail(fd);
}

// A peer that hangs holds up nobody for long.
static void bound(int fd, int milliseconds) {
    struct timeval limit = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

int locker_store_connect(const char *path, int milliseconds) {
    struct sockaddr_un address;
    int fd = open_socket(path, 0, &address);
    if (fd < 0) return -1;
    bound(fd, milliseconds);
    return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? fd : close_and_fail(fd);
}

int locker_store_accept(int fd) {
    int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    if (peer < 0) return -1;
    bound(peer, 2000);
    struct ucred who;
    socklen_t length = sizeof(who);
    if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) return close_and_fail(peer);
    if (who.uid == geteuid()) return peer;
    errno = EPERM;
    return close_and_fail(peer);
}

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int locker_store_send(int fd, const void *bytes, size_t count, int file) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    union control control = {.bytes = {0}};
    if (file >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &file, sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

ssize_t locker_store_receive(int fd, void *bytes, size_t count, int waits, int *file) {
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    union control control = {.bytes = {0}};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.bytes)};
    *file = -1;
    ssize_t received;
    do received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | (waits ? 0 : MSG_DONTWAIT));
    while (received < 0 && errno == EINTR);
    if (received < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(file, CMSG_DATA(header), sizeof(int));
    return received;
}
