// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSpawn
internal import Glibc
internal import Host
internal import SystemPackage
internal import Testing

/// The kernel's keyring, for real.
struct KeyringTests {
    private let name = "locker-test-\(UInt64.random(in: 0...UInt64.max))"

    @Test("A key of any bytes is kept, replaced and taken out", arguments: [1, 32, 4096, 4097, 20_000])
    func key(_ count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(try Keyring.read(name: self.name) == nil)
        try Keyring.add(name: self.name, payload: payload)
        #expect(try Keyring.read(name: self.name) == payload)
        try Keyring.add(name: self.name, payload: [0, 255, 0])
        #expect(try Keyring.read(name: self.name) == [0, 255, 0])
        try Keyring.remove(name: self.name)
        #expect(try Keyring.read(name: self.name) == nil)
        try Keyring.remove(name: self.name)
    }

    @Test("In a session of its own, as a container has, keys are kept and read all the same")
    func container() async {
        await #expect(processExitsWith: .success) {
            let session = locker_new_session_keyring()
            #expect(session > 0, "errno \(errno)")
            let name = "locker-test-\(UInt64.random(in: 0...UInt64.max))"
            try Keyring.add(name: name, payload: [1, 2, 3])
            #expect(try Keyring.read(name: name) == [1, 2, 3])
            // Nobody but this session made it: it is root's, and the next session's too.
            #expect(locker_new_session_keyring() > 0)
            #expect(throws: HostError.self) { try Keyring.read(name: name) }
            try Keyring.remove(name: name)
        }
    }

    @Test("Two names are two keys")
    func names() throws {
        try Keyring.add(name: self.name, payload: [1])
        try Keyring.add(name: self.name + "-2", payload: [2])
        #expect(try Keyring.read(name: self.name) == [1])
        try Keyring.remove(name: self.name)
        #expect(try Keyring.read(name: self.name + "-2") == [2])
        try Keyring.remove(name: self.name + "-2")
    }

    @Test("What the kernel refuses is said: an empty key, one too large, a type that it does not know")
    func refused() async throws {
        try await expectErrno(.invalidArgument) { try Keyring.add(name: self.name, payload: []) }
        try await expectErrno(.invalidArgument) {
            try Keyring.add(name: self.name, payload: [UInt8](repeating: 1, count: 40_000))
        }
        let error = try await expectErrno(Errno(rawValue: 19)) {
            try Keyring.add(type: "no-such-type", name: self.name, payload: [1])
        }
        #expect(error.description.contains("ENODEV"))
        #expect(try Keyring.read(name: self.name) == nil)
    }
}
