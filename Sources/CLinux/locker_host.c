// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

#define _GNU_SOURCE
#include "locker_host.h"

#include <string.h>

const char *locker_errno_name(int code) { return strerrorname_np(code); }
