// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// The kernel's network block device: how it is controlled (linux/nbd-netlink.h, over generic netlink) and what it sends
// and receives on a connection (linux/nbd.h).
#ifndef LOCKER_NBD_H
#define LOCKER_NBD_H

#include <linux/genetlink.h>
#include <linux/nbd-netlink.h>
#include <linux/nbd.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

// Since Linux 6.12; an older kernel ignores the flag and never sends the command. With the kernel's values, which are
// those of the protocol.
#ifndef NBD_FLAG_SEND_WRITE_ZEROES
#define NBD_FLAG_SEND_WRITE_ZEROES (1 << 6) /* supports WRITE_ZEROES */
#endif
#ifndef NBD_CMD_FLAG_NO_HOLE
#define NBD_CMD_FLAG_NO_HOLE (1 << 17) /* Do not punch a hole for WRITE_ZEROES */
#endif

// The commands; as numbers, since WRITE_ZEROES is an enum constant that headers may have or not.
static const uint32_t LOCKER_NBD_READ = NBD_CMD_READ;
static const uint32_t LOCKER_NBD_WRITE = NBD_CMD_WRITE;
static const uint32_t LOCKER_NBD_DISC = NBD_CMD_DISC;
static const uint32_t LOCKER_NBD_FLUSH = NBD_CMD_FLUSH;
static const uint32_t LOCKER_NBD_TRIM = NBD_CMD_TRIM;
static const uint32_t LOCKER_NBD_WRITE_ZEROES = 6;

// A pair of connected stream sockets.
static inline int locker_stream_pair(int pair[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair); }

// Lets a socket hold so much that its peer has not read, whatever net.core.wmem_max says if the process may do that.
static inline void locker_send_buffer(int fd, int bytes) {
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

// recvmsg(2) and sendmsg(2) that neither wait nor raise SIGPIPE.
static inline ssize_t locker_receive(int fd, struct iovec *parts, int count) {
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
    return recvmsg(fd, &message, MSG_DONTWAIT);
}
static inline ssize_t locker_send(int fd, struct iovec *parts, int count) {
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// How many bytes wait to be read.
static inline int locker_waiting(int fd) {
    int bytes = 0;
    return ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : -1;
}

// Whether something waits to be read, without reading it: 1, 0 at the end, or -1 with errno (EAGAIN: nothing does).
static inline ssize_t locker_peek(int fd) {
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
}

// A socket for generic netlink that answers with the kernel's own words.
static inline int locker_genetlink_open(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
    int on = 1;
    if (fd >= 0) {
        // Without these an error is a number, and repeats the request.
        (void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
        (void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    }
    return fd;
}

// What a descriptor is watched for. Swift imports epoll's constants as a type of their own.
static const uint32_t LOCKER_EPOLL_IN = EPOLLIN;
static const uint32_t LOCKER_EPOLL_OUT = EPOLLOUT;

static inline int locker_epoll_add(int epoll, int fd, uint32_t events, uint64_t id) {
    struct epoll_event event = {.events = events, .data.u64 = id};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}
static inline int locker_epoll_change(int epoll, int fd, uint32_t events, uint64_t id) {
    struct epoll_event event = {.events = events, .data.u64 = id};
    return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}
static inline int locker_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }
static inline uint64_t locker_epoll_id(const struct epoll_event *event) { return event->data.u64; }
static inline int locker_epoll_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

// A counter that wakes who waits for it.
static inline int locker_event_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// Whether the peer of a socket has gone.
int locker_peer_is_gone(int fd);

// Memory that is the kernel's again as soon as it is unmapped, and that takes no more than is touched: without
// MADV_NOHUGEPAGE a touched byte could take two megabytes. NULL, with errno.
void *locker_map(size_t bytes);
// The same of a file in memory, whose it stays.
void *locker_map_file(int fd, uint64_t offset, size_t bytes);
static inline int locker_unmap(void *memory, size_t bytes) { return munmap(memory, bytes); }

#endif
