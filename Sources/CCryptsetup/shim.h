// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <libcryptsetup.h>
#include <libdevmapper.h>

// Macros that Swift cannot import, since they are shifts of other macros.
static const uint32_t LOCKER_ACTIVATE_READONLY = CRYPT_ACTIVATE_READONLY;
static const uint32_t LOCKER_ACTIVATE_ALLOW_DISCARDS = CRYPT_ACTIVATE_ALLOW_DISCARDS;
static const uint32_t LOCKER_ACTIVATE_KEYRING_KEY = CRYPT_ACTIVATE_KEYRING_KEY;

// The next keyslots' key derivation: PBKDF2 with SHA-256 and so many rounds, without trying how long they take.
static inline int locker_set_pbkdf2(struct crypt_device *cd, uint32_t rounds) {
    const struct crypt_pbkdf_type derivation = {
        .type = CRYPT_KDF_PBKDF2, .hash = "sha256", .iterations = rounds, .flags = CRYPT_PBKDF_NO_BENCHMARK};
    return crypt_set_pbkdf_type(cd, &derivation);
}
