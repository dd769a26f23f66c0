// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import SystemPackage

extension DataEncryptionKey {
    /// Puts it into root's user keyring under a name, or replaces what is there, without a copy in this process.
    ///
    /// - Throws: ``HostError`` as ``Keyring/add(type:name:payload:)``.
    package func store(named name: String) throws(HostError) {
        try self.withBytes { (bytes) throws(HostError) in
            try systemCall("add_key", "user \(name)") {
                locker_add_key("user", name, bytes.baseAddress, bytes.count, LOCKER_USER_KEYRING)
            }
        }
    }

    /// Reads one from root's user keyring into locked memory; `nil` if there is none of that name.
    ///
    /// - Throws: ``HostError``, with `EINVAL` if what is there has another length than a key.
    package static func read(named name: String) throws(HostError) -> DataEncryptionKey? {
        guard let key = try Keyring.find(type: "user", name: name) else { return nil }
        return try DataEncryptionKey { (memory) throws(HostError) in
            // Of a longer one the kernel copies nothing, and answers its length. See: man 2 keyctl.
            let length = try systemCall("keyctl(KEYCTL_READ)", "user \(name)") {
                locker_read_key(key, memory.baseAddress, memory.count)
            }
            guard length == memory.count else {
                throw HostError(
                    call: "keyctl(KEYCTL_READ)",
                    code: .invalidArgument,
                    object: "user \(name)",
                    note: "it is no data encryption key: \(length) bytes instead of \(memory.count)"
                )
            }
        }
    }
}
