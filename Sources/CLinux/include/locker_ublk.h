// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// The kernel's ublk: see linux/ublk_cmd.h, and Documentation/block/ublk.rst in the kernel.
#ifndef LOCKER_UBLK_H
#define LOCKER_UBLK_H

#include <linux/capability.h>
#include <linux/ublk_cmd.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// What headers of Linux 6.1, which are Debian 12's, do not have, with the kernel's values.
#ifndef UBLK_F_CMD_IOCTL_ENCODE // Linux 6.4
#define UBLK_F_CMD_IOCTL_ENCODE (1UL << 6)
#endif
#ifndef UBLK_F_USER_COPY // Linux 6.5
#define UBLK_F_USER_COPY (1UL << 7)
#endif
#ifndef UBLK_F_UPDATE_SIZE // Linux 6.16
#define UBLK_F_UPDATE_SIZE (1ULL << 10)
#endif
#define LOCKER_UBLK_TAG_SHIFT 25 // UBLK_TAG_OFF, Linux 6.5

// The commands with their direction and size in them (Linux 6.4); newer kernels may be built without the bare numbers.
static const uint32_t LOCKER_UBLK_GET_DEV_INFO = _IOR('u', 0x02, struct ublksrv_ctrl_cmd);
static const uint32_t LOCKER_UBLK_ADD_DEV = _IOWR('u', 0x04, struct ublksrv_ctrl_cmd);
static const uint32_t LOCKER_UBLK_START_DEV = _IOWR('u', 0x06, struct ublksrv_ctrl_cmd);
static const uint32_t LOCKER_UBLK_STOP_DEV = _IOWR('u', 0x07, struct ublksrv_ctrl_cmd);
static const uint32_t LOCKER_UBLK_SET_PARAMS = _IOWR('u', 0x08, struct ublksrv_ctrl_cmd);
static const uint32_t LOCKER_UBLK_START_USER_RECOVERY = _IOWR('u', 0x10, struct ublksrv_ctrl_cmd);
static const uint32_t LOCKER_UBLK_END_USER_RECOVERY = _IOWR('u', 0x11, struct ublksrv_ctrl_cmd);
static const uint32_t LOCKER_UBLK_GET_FEATURES = _IOR('u', 0x13, struct ublksrv_ctrl_cmd);  // Linux 6.5
static const uint32_t LOCKER_UBLK_DEL_DEV_ASYNC = _IOR('u', 0x14, struct ublksrv_ctrl_cmd); // Linux 6.9
static const uint32_t LOCKER_UBLK_DEL_DEV = _IOWR('u', 0x05, struct ublksrv_ctrl_cmd);
static const uint32_t LOCKER_UBLK_UPDATE_SIZE = _IOWR('u', 0x15, struct ublksrv_ctrl_cmd); // Linux 6.16
static const uint32_t LOCKER_UBLK_FETCH = _IOWR('u', 0x20, struct ublksrv_io_cmd);
static const uint32_t LOCKER_UBLK_COMMIT_AND_FETCH = _IOWR('u', 0x21, struct ublksrv_io_cmd);

static const uint64_t LOCKER_UBLK_F_USER_RECOVERY = UBLK_F_USER_RECOVERY;
static const uint64_t LOCKER_UBLK_F_USER_RECOVERY_REISSUE = UBLK_F_USER_RECOVERY_REISSUE;
static const uint64_t LOCKER_UBLK_F_CMD_IOCTL_ENCODE = UBLK_F_CMD_IOCTL_ENCODE;
static const uint64_t LOCKER_UBLK_F_USER_COPY = UBLK_F_USER_COPY;
static const uint64_t LOCKER_UBLK_F_UPDATE_SIZE = UBLK_F_UPDATE_SIZE;

// Structures whose members differ between headers are made and read here.
static inline struct ublksrv_ctrl_cmd locker_ublk_control(uint32_t device, void *buffer, uint16_t bytes,
                                                          uint64_t value) {
    struct ublksrv_ctrl_cmd command;
    memset(&command, 0, sizeof command);
    command.dev_id = device;
    command.queue_id = (uint16_t)-1;
    command.addr = (uint64_t)(uintptr_t)buffer;
    command.len = bytes;
    command.data[0] = value;
    return command;
}
static inline struct ublksrv_io_cmd locker_ublk_io(uint16_t tag, int32_t result) {
    struct ublksrv_io_cmd command;
    memset(&command, 0, sizeof command);
    command.tag = tag;
    command.result = result;
    return command;
}

// A disk of 512-byte sectors with a cache that is flushed; sizes in bytes, but for its own in sectors.
static inline struct ublk_params locker_ublk_disk(uint64_t sectors, int is_read_only, uint32_t most_data,
                                                  uint32_t most_zeroes, int takes_discards,
                                                  uint32_t discard_granularity) {
    struct ublk_params disk;
    memset(&disk, 0, sizeof disk);
    disk.len = sizeof disk;
    disk.types = UBLK_PARAM_TYPE_BASIC | UBLK_PARAM_TYPE_DISCARD;
    disk.basic.attrs = UBLK_ATTR_VOLATILE_CACHE | (is_read_only ? UBLK_ATTR_READ_ONLY : 0);
    disk.basic.logical_bs_shift = disk.basic.physical_bs_shift = 9;
    disk.basic.io_min_shift = disk.basic.io_opt_shift = 9;
    disk.basic.max_sectors = most_data >> 9;
    disk.basic.dev_sectors = sectors;
    disk.discard.discard_granularity = discard_granularity;
    disk.discard.max_write_zeroes_sectors = most_zeroes >> 9;
    disk.discard.max_discard_sectors = takes_discards ? most_zeroes >> 9 : 0;
    disk.discard.max_discard_segments = 1;
    return disk;
}

static inline uint8_t locker_ublk_operation(const struct ublksrv_io_desc *request) {
    return ublksrv_get_op(request);
}
static inline uint64_t locker_ublk_offset(const struct ublksrv_io_desc *request) { return request->start_sector << 9; }
static inline uint64_t locker_ublk_count(const struct ublksrv_io_desc *request) {
    return (uint64_t)request->nr_sectors << 9;
}

// The requests of queue 0, one for each tag: what the kernel writes before it completes a fetch. NULL, with errno.
static inline const struct ublksrv_io_desc *locker_ublk_map(int fd, uint32_t depth) {
    size_t bytes = (depth * sizeof(struct ublksrv_io_desc) + 4095) & ~(size_t)4095;
    void *memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, UBLKSRV_CMD_BUF_OFFSET);
    return memory == MAP_FAILED ? NULL : (const struct ublksrv_io_desc *)memory;
}
static inline int locker_ublk_unmap(const struct ublksrv_io_desc *requests, uint32_t depth) {
    return munmap((void *)(uintptr_t)requests, (depth * sizeof(struct ublksrv_io_desc) + 4095) & ~(size_t)4095);
}

// Copies what a request of queue 0 is to write, or what it has read, from and to its pages (UBLK_F_USER_COPY).
static inline ssize_t locker_ublk_copy_out(int fd, uint32_t tag, void *buffer, size_t bytes, size_t offset) {
    return pread(fd, buffer, bytes, UBLKSRV_IO_BUF_OFFSET + ((off_t)tag << LOCKER_UBLK_TAG_SHIFT) + (off_t)offset);
}
static inline ssize_t locker_ublk_copy_in(int fd, uint32_t tag, const void *buffer, size_t bytes, size_t offset) {
    return pwrite(fd, buffer, bytes, UBLKSRV_IO_BUF_OFFSET + ((off_t)tag << LOCKER_UBLK_TAG_SHIFT) + (off_t)offset);
}

// A counter that wakes who waits for it, also through a ring.
int locker_event_open_waiting(void);

// Takes CAP_SYS_ADMIN from what the calling thread may do just now, and from no other thread but those that it starts.
// Gives 1 if it had it, 0 if it had not, -1 on failure.
int locker_drop_admin(void);

// Gives the calling thread back what locker_drop_admin took: 1 if it did, -1 on failure.
int locker_regain_admin(void);

#endif
