// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import SystemPackage

/// A block device that this process serves.
protocol ShownDevice: Sendable {
    /// The device: `/dev/loop3`, `/dev/ublkb0`.
    var path: FilePath { get }

    /// Whether it still shows what it was made for, and was not taken away by another program; blocks.
    var isIntact: Bool { get }

    /// How many requests of a dead process it went on with; `nil` if the kernel sends again what was under way.
    var continued: Int? { get }

    /// Makes the device as large as its backend is now.
    ///
    /// - Throws: `HostError`: `EOPNOTSUPP` where the kernel cannot do that.
    func followSize() async throws

    /// Takes the device away; when it returns, no more requests reach the backend.
    ///
    /// - Throws: `HostError` with `EBUSY` while somebody uses it, named in the note: nothing is changed then. One that
    ///   another program has taken away is not an error.
    func remove() async throws
}

extension ShownDevice {
    var continued: Int? { nil }
}

/// A block device whose server is dead.
protocol LeftDevice: Sendable {
    /// The device.
    var path: FilePath { get }

    /// Bytes; zero if that is not known.
    var size: UInt64 { get }

    /// Whether its I/O waits for a successor; else it fails.
    var isWaiting: Bool { get }

    /// Who uses it, for a message; blocks.
    var holders: String { get }

    /// Makes sure that the kernel lets another process have it; blocks.
    ///
    /// - Throws: `HostError` with `EBUSY` if it does not, after some seconds.
    func awaitRelease() throws(HostError)

    /// Nobody is going to serve it soon: the kernel may know that its server is dead.
    func letGo()

    /// Takes the device away; blocks.
    ///
    /// - Throws: `HostError` with `EBUSY` while somebody uses it, named in the note.
    func remove() throws(HostError)

    /// Lets all of its I/O fail, whoever uses it: no successor comes; blocks.
    func abandon() throws(HostError)
}

extension LeftDevice {
    func awaitRelease() throws(HostError) {}
    func letGo() {}
}
