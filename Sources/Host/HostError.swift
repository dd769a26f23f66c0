// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
package import SystemPackage

/// Something asked of this machine that failed: which call or tool, on which object, with which errno.
///
/// It is a fact and carries no policy: what an errno means depends on the operation, so the caller decides.
package struct HostError: Error, Sendable, Hashable {
    /// The system call or tool, as its manual page spells it: `mount`, `ioctl(LOOP_CONFIGURE)`, `mkfs.ext4`.
    package let call: String

    /// What the call failed with; `EIO` for a tool that ended with a failure.
    package let code: Errno

    /// What it was called on: a path, a device, a key.
    package let object: String

    /// What else is known and helps: the tool's own words, the process that holds the device. Empty if nothing.
    package let note: String

    /// Describes a failed call.
    package init(call: String, code: Errno, object: String, note: String = "") {
        self.call = call
        self.code = code
        self.object = object
        self.note = note
    }

    /// The same failure with more to say about it.
    package func with(note: String) -> HostError {
        HostError(call: self.call, code: self.code, object: self.object, note: note)
    }
}

extension HostError: CustomStringConvertible {
    package var description: String {
        let name = locker_errno_name(self.code.rawValue).map { String(cString: $0) } ?? "errno \(self.code.rawValue)"
        let fact = "\(self.call)(\(self.object)): \(self.code) (\(name))"
        return self.note.isEmpty ? fact : "\(fact): \(self.note)"
    }
}
