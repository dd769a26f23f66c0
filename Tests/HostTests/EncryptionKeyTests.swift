// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Glibc
internal import Host
internal import SystemPackage
internal import Testing

/// A volume's key in memory and in the kernel's keyring.
struct EncryptionKeyTests {
    private let name = "locker-test-\(UInt64.random(in: 0...UInt64.max)):data"

    @Test("A key's memory is locked, left out of dumps and children, and is nobody's once the key is gone")
    func memory() throws {
        var key: DataEncryptionKey? = try DataEncryptionKey.random()
        let address = try #require(key).withBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(key?.exposure == nil)
        // "lo" locked, "dd" not dumped, "dc" not copied at fork; see: man 5 proc_pid_smaps.
        let flags = try #require(try Self.mappingFlags(at: address))
        for flag in ["lo", "dd", "dc"] { #expect(flags.contains(flag), "\(flags)") }
        key = nil
        #expect(try Self.mappingFlags(at: address)?.contains("lo") != true)
    }

    @Test("Two keys differ, a copy is equal, and another length is refused")
    func values() throws {
        let (one, other) = (try DataEncryptionKey.random(), try DataEncryptionKey.random())
        #expect(one != other)
        #expect(try one.withBytes { try DataEncryptionKey(copying: $0) } == one)
        #expect(one.withBytes { $0.count } == 32)
        #expect(one.withBytes { $0.contains { $0 != 0 } })
        let error = #expect(throws: HostError.self) {
            try [UInt8](repeating: 7, count: 31).withUnsafeBytes { _ = try DataEncryptionKey(copying: $0) }
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test("No way of printing shows a key")
    func redaction() throws {
        let bytes = Array("homework homework homework 12345".utf8)
        let key = try bytes.withUnsafeBytes { try DataEncryptionKey(copying: $0) }
        var dumped = ""
        dump((key, [key]), to: &dumped)
        for text in [
            "\(key)", "\([key])", String(reflecting: key), "\(Mirror(reflecting: key).children.count)", dumped,
        ] {
            #expect(!text.contains("homework") && !text.contains("104"), "\(text)")
        }
        #expect("\(key)" == "<data encryption key>")
    }

    @Test("The keyring gives a key back, takes another in its place, and refuses what is none")
    func keyring() throws {
        #expect(try DataEncryptionKey.read(named: self.name) == nil)
        let (one, other) = (try DataEncryptionKey.random(), try DataEncryptionKey.random())
        try one.store(named: self.name)
        #expect(try DataEncryptionKey.read(named: self.name) == one)
        try other.store(named: self.name)
        #expect(try DataEncryptionKey.read(named: self.name) == other)
        for wrong in [5, 33] {
            try Keyring.add(name: self.name, payload: [UInt8](repeating: 1, count: wrong))
            let error = #expect(throws: HostError.self) { try DataEncryptionKey.read(named: self.name) }
            #expect(error?.note.contains("\(wrong) bytes") == true, "\(String(describing: error))")
        }
        try Keyring.remove(name: self.name)
        #expect(try DataEncryptionKey.read(named: self.name) == nil)
    }

    /// The kernel's flags of the mapping at an address; `nil` if there is none.
    private static func mappingFlags(at address: UInt) throws -> [String]? {
        var isThere = false
        for line in String(decoding: try HostFile.read("/proc/self/smaps"), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            let ends = words[0].split(separator: "-").map { UInt($0, radix: 16) }
            if ends.count == 2, let start = ends[0], let end = ends[1] { isThere = (start..<end).contains(address) }
            if isThere, words[0] == "VmFlags:" { return words.dropFirst().map(String.init) }
        }
        return nil
    }
}
