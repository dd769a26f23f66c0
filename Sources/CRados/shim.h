// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
#pragma once
#include <rados/librados.h>
#include <string.h>

// The symbolic name of an errno value ("ENOENT"), or NULL for a number that has none.
// A declaration of our own, since glibc shows it only under _GNU_SOURCE; see strerror(3).
extern const char *strerrorname_np(int errnum);
