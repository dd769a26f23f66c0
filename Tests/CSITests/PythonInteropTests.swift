// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import CSIWire
internal import GoogleWire
internal import ProtobufC
internal import TestSupport
internal import Testing

/// Google's protobuf and our codec understand each other, message for message.
///
/// Each test has one Python process; a failure names the seed of its message.
@Suite(.timeLimit(.minutes(3)))
struct PythonInteropTests {
    private static let messagesEach = 12

    @Test("what we encode, Python reads, and what it makes of it is the same value to us: 1,000 and more")
    func oursToPython() async throws {
        let peer = try await PythonPeer()
        var count = 0
        for type in MessageCatalogue.all {
            for _ in 0..<Self.messagesEach {
                try self.oursToPython(type, seed: UInt64.random(in: .min ... .max), peer)
                count += 1
            }
        }
        #expect(count >= 1000)
    }

    private func oursToPython<Message: WireMessage>(_ type: Message.Type, seed: UInt64, _ peer: PythonPeer) throws {
        var random = RandomMessage(seed: seed)
        let original = random.bytes(type.wireDescriptor, as: .odd)
        let value = try Message(decoding: original)
        let ours = try value.encoded()
        let theirs = try #require(try peer.parse(type.fullName, ours), "Python refuses \(type) of seed \(seed)")
        let read = try Message(decoding: theirs)
        #expect(read == value, "\(type) of seed \(seed)")
        // The random bytes themselves mean the same to both, less their unknown fields, which only what is stored keeps.
        var again = RandomMessage(seed: seed)
        let canonical = again.bytes(type.wireDescriptor, as: .canonical)
        let encoded = try Message(decoding: canonical).encoded()
        let equal = try peer.equal(type.fullName, canonical, encoded)
        #expect(equal, "\(type) of seed \(seed), canonical")
    }

    @Test(
        "what Python makes, we read, and what we make of it is the same message to Python",
        arguments: [
            "plain", "unknown", "odd-maps",
        ]
    )
    func pythonToOurs(form: String) async throws {
        let peer = try await PythonPeer()
        for type in MessageCatalogue.all {
            for _ in 0..<Self.messagesEach {
                try self.pythonToOurs(type, seed: UInt32.random(in: .min ... .max), form: form, peer)
            }
        }
    }

    private func pythonToOurs<Message: WireMessage>(
        _ type: Message.Type,
        seed: UInt32,
        form: String,
        _ peer: PythonPeer
    ) throws {
        let theirs = try peer.make(type.fullName, seed: seed, form: form)
        let ours = try Message(decoding: theirs).encoded()
        let same = try peer.isSame(type.fullName, seed: seed, form: form, as: ours)
        #expect(same, "\(type) of Python's seed \(seed), \(form)")
    }

    @Test("the empty message is empty on both sides")
    func empty() async throws {
        let peer = try await PythonPeer()
        for type in MessageCatalogue.all { try self.empty(type, peer) }
    }

    private func empty<Message: WireMessage>(_ type: Message.Type, _ peer: PythonPeer) throws {
        let encoded = try Message(decoding: []).encoded()
        #expect(encoded == [], "\(type)")
        let theirs = try peer.parse(type.fullName, encoded)
        #expect(theirs == [], "\(type)")
    }

    @Test("two messages one after the other are one message, and both sides read the same one")
    func merged() async throws {
        let peer = try await PythonPeer(.python)
        for type in MessageCatalogue.all {
            for _ in 0..<Self.messagesEach {
                try self.merged(type, seed: UInt64.random(in: .min ... .max), peer)
            }
        }
    }

    private func merged<Message: WireMessage>(_ type: Message.Type, seed: UInt64, _ peer: PythonPeer) throws {
        var random = RandomMessage(seed: seed)
        let bytes = random.bytes(type.wireDescriptor, as: .odd) + random.bytes(type.wireDescriptor, as: .odd)
        let ours = try Message(decoding: bytes)
        let theirs = try #require(try peer.parse(type.fullName, bytes), "Python refuses \(type) of seed \(seed)")
        let read = try Message(decoding: theirs)
        #expect(read == ours, "\(type) of seed \(seed)")
    }

    @Test("bytes broken at random are refused by both, or mean the same to both")
    func broken() async throws {
        let peer = try await PythonPeer(.python)
        var refused = 0
        var read = 0
        for type in MessageCatalogue.all where type.wireDescriptor.pointer.pointee.n_fields > 0 {
            for _ in 0..<Self.messagesEach {
                if try self.broken(type, seed: UInt64.random(in: .min ... .max), peer) {
                    read += 1
                } else {
                    refused += 1
                }
            }
        }
        // Of both kinds there were enough for the comparison to say something.
        #expect(refused > 100 && read > 100)
    }

    /// Changes a byte or two of a message; true when we read the result.
    private func broken<Message: WireMessage>(_ type: Message.Type, seed: UInt64, _ peer: PythonPeer) throws -> Bool {
        var random = RandomMessage(seed: seed)
        var generator = SeededGenerator(seed: seed ^ 0xB0B)
        var bytes = random.bytes(type.wireDescriptor, as: .odd)
        for _ in 0..<Int.random(in: 1...2, using: &generator) where !bytes.isEmpty {
            let place = bytes.indices.randomElement(using: &generator) ?? 0
            bytes[place] ^= UInt8.random(in: 1...255, using: &generator)
        }
        let theirs = try peer.parse(type.fullName, bytes)
        let ours: Message
        do {
            ours = try Message(decoding: bytes)
        } catch {
            // We refuse more than Python does, and say so: NUL, groups, and a field of the wrong wire type.
            #expect(
                theirs == nil || error.reason == .embeddedNUL || error.reason == .malformed,
                "seed \(seed): \(error)"
            )
            return false
        }
        let parsed = try #require(theirs, "\(type) of seed \(seed): we read what Python refuses, \(bytes)")
        let same = try Message(decoding: parsed)
        #expect(same == ours, "\(type) of seed \(seed): \(bytes)")
        return true
    }
}
