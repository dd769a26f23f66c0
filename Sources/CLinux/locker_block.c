// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_block.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int locker_read_beginning(const char *device) {
    // O_DIRECT wants memory and length in the device's blocks, which are no larger than this.
    static const size_t length = 4096;
    _Alignas(4096) char buffer[4096];
    int file = open(device, O_RDONLY | O_DIRECT | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = pread(file, buffer, length, 0);
    int code = count < 0 ? errno : EIO;
    close(file);
    if (count == (ssize_t)length) return 0;
    errno = code;
    return -1;
}
