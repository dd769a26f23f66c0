// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage
internal import TestSupport

/// Tells a process, into which Tests/CephCallKiller is preloaded, at which of its calls to Ceph it has to die.
///
/// Used by one test, on one task at a time; the memory is shared with the process, which changes it by atomic
/// operations. It is not linked with the killer, which would then stand before the tests' own calls.
final class CephCallControl {
    /// What the process is started with.
    let environment: [String: String]

    /// A `struct ceph_call_control` of ceph_call_killer.h.
    private let shared: UnsafeMutableRawPointer
    private static let size = 152
    private static let (killAt, delay, count, name, only) = (0, 8, 16, 24, 88)

    /// Makes the file that is shared, asking for nothing yet.
    init(at path: FilePath) throws {
        let file = try FileDescriptor.open(
            path,
            .readWrite,
            options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite
        )
        let memory: UnsafeMutableRawPointer? = try file.closeAfter {
            try file.resize(to: Int64(Self.size))
            return mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0)
        }
        guard let memory, memory != MAP_FAILED else { throw SetUpError("\(path) cannot be mapped") }
        self.shared = memory
        let library = try BuiltProgram.library("libCephCallKiller.so")
        self.environment = ["LD_PRELOAD": library.string, "CEPH_CALL_CONTROL": path.string]
    }

    deinit {
        munmap(self.shared, Self.size)
    }

    /// Asks for death at the call with this number, counted from 1 from now on.
    ///
    /// - Parameters:
    ///   - delay: microseconds after the call has begun; zero dies before it.
    ///   - function: the one function of librados or librbd whose calls count; all if empty.
    func arm(at number: Int64, delay: Int64, only function: String = "") {
        self[Self.killAt] = 0
        let text = Array(function.utf8.prefix(63)) + [0]
        UnsafeMutableRawBufferPointer(start: self.shared + Self.only, count: text.count).copyBytes(from: text)
        self[Self.count] = 0
        self[Self.delay] = delay
        self[Self.killAt] = number
    }

    /// Counts nothing any more.
    func disarm() { self[Self.killAt] = 0 }

    /// Whether the call that was asked for has begun.
    var isReached: Bool { self[Self.killAt] != 0 && self[Self.count] >= self[Self.killAt] }

    /// The name of the call that it died at.
    var name: String {
        let text = UnsafeRawBufferPointer(start: self.shared + Self.name, count: 64)
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }

    private subscript(offset: Int) -> Int64 {
        get { self.shared.load(fromByteOffset: offset, as: Int64.self) }
        set { self.shared.storeBytes(of: newValue, toByteOffset: offset, as: Int64.self) }
    }
}
