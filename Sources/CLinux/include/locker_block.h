// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

// Block devices.
#ifndef LOCKER_BLOCK_H
#define LOCKER_BLOCK_H

// Reads the first 4096 bytes of a device past every cache (O_DIRECT): 0, or -1 with errno. Waits as long as the device does.
int locker_read_beginning(const char *device);

#endif
