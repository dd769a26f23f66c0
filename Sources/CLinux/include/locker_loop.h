// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// Loop devices; see man 4 loop and linux/loop.h.
#ifndef LOCKER_LOOP_H
#define LOCKER_LOOP_H

#include <linux/loop.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

// The number of a loop device that is free just now.
static inline int locker_loop_free(int control) { return ioctl(control, LOOP_CTL_GET_FREE); }

// Has the kernel forget a device that nobody uses, and with it what was set up on it.
static inline int locker_loop_remove(int control, int number) { return ioctl(control, LOOP_CTL_REMOVE, (long)number); }

// Makes `device` show `file`, all of its settings at once; `name` is what LOOP_GET_STATUS64 calls it, cut to fit.
static inline int locker_loop_configure(int device, int file, uint32_t block_size, uint32_t flags, const char *name) {
    struct loop_config config;
    memset(&config, 0, sizeof config);
    config.fd = (uint32_t)file;
    config.block_size = block_size;
    config.info.lo_flags = flags;
    strncpy((char *)config.info.lo_file_name, name, LO_NAME_SIZE - 1);
    return ioctl(device, LOOP_CONFIGURE, &config);
}

// The device's LO_FLAGS_*, or -1.
static inline int locker_loop_flags(int device) {
    struct loop_info64 info;
    return ioctl(device, LOOP_GET_STATUS64, &info) == 0 ? (int)info.lo_flags : -1;
}

// Takes back a LOOP_CLR_FD that waits for the last user: the device stays.
static inline int locker_loop_keep(int device) {
    struct loop_info64 info;
    if (ioctl(device, LOOP_GET_STATUS64, &info) != 0) return -1;
    info.lo_flags &= ~(uint32_t)LO_FLAGS_AUTOCLEAR;
    return ioctl(device, LOOP_SET_STATUS64, &info);
}

// Parts the device from its file: at once, or when its last user closes it.
static inline int locker_loop_clear(int device) { return ioctl(device, LOOP_CLR_FD); }

// Makes the device as large as its file is now.
static inline int locker_loop_resize(int device) { return ioctl(device, LOOP_SET_CAPACITY); }

// Flags of locker_loop_configure; enum constants, which Swift would import as a type of their own.
static const uint32_t LOCKER_LOOP_READ_ONLY = LO_FLAGS_READ_ONLY;
static const uint32_t LOCKER_LOOP_DIRECT_IO = LO_FLAGS_DIRECT_IO;
static const uint32_t LOCKER_LOOP_AUTOCLEAR = LO_FLAGS_AUTOCLEAR;

#endif
