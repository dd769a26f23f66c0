// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_ublk.h"

#include <sys/eventfd.h>

// Without EFD_NONBLOCK: of a descriptor that does not wait io_uring gives the EAGAIN back instead of waiting itself.
int locker_event_open_waiting(void) { return eventfd(0, EFD_CLOEXEC); }

static int set_admin(int wanted) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) != 0) return -1;
    __u32 *effective = &data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective;
    const __u32 mask = CAP_TO_MASK(CAP_SYS_ADMIN);
    if (((*effective & mask) != 0) == (wanted != 0)) return 0;
    *effective ^= mask;
    return syscall(SYS_capset, &header, data) == 0 ? 1 : -1;
}

int locker_drop_admin(void) { return set_admin(0); }

int locker_regain_admin(void) { return set_admin(1); }
