// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import CSIWire
internal import GoogleWire
internal import ProtobufC
internal import Testing

/// Random messages of every type survive our codec.
@Suite(.timeLimit(.minutes(2)))
struct RoundTripTests {
    private static let messagesEach: UInt64 = 60

    @Test("the canonical form of a message, decoded and encoded, is the same bytes", arguments: MessageCatalogue.all)
    func canonical(type: any WireMessage.Type) throws {
        // The bytes come from elsewhere, so a field that the codec drops or mixes up shows.
        for _ in 0..<Self.messagesEach {
            let seed = UInt64.random(in: .min ... .max)
            try self.canonical(type, seed: seed)
        }
    }

    private func canonical<Message: WireMessage>(_ type: Message.Type, seed: UInt64) throws {
        var random = RandomMessage(seed: seed)
        let bytes = random.bytes(type.wireDescriptor, as: .canonical)
        let value = try Message(decoding: bytes)
        let encoded = try value.encoded()
        #expect(encoded == bytes, "\(type) of seed \(seed)")
        let again = try Message(decoding: encoded)
        #expect(again == value, "\(type) of seed \(seed)")
    }

    @Test("a message in any other valid form is the same value once encoded", arguments: MessageCatalogue.all)
    func odd(type: any WireMessage.Type) throws {
        for _ in 0..<Self.messagesEach {
            let seed = UInt64.random(in: .min ... .max)
            try self.odd(type, seed: seed)
        }
    }

    private func odd<Message: WireMessage>(_ type: Message.Type, seed: UInt64) throws {
        var random = RandomMessage(seed: seed)
        let value = try Message(decoding: random.bytes(type.wireDescriptor, as: .odd))
        let encoded = try value.encoded()
        let again = try Message(decoding: encoded)
        #expect(again == value, "\(type) of seed \(seed)")
        let encodedAgain = try again.encoded()
        #expect(encodedAgain == encoded, "\(type) of seed \(seed)")
    }

    @Test(
        "random messages of a type with fields differ, and one seed makes one message",
        arguments: MessageCatalogue.all
    )
    func generatorIsRandom(type: any WireMessage.Type) {
        let messages = (UInt64(0)..<50).map { seed -> [UInt8] in
            var random = RandomMessage(seed: seed)
            return random.bytes(type.wireDescriptor, as: .canonical)
        }
        var again = RandomMessage(seed: 7)
        #expect(again.bytes(type.wireDescriptor, as: .canonical) == messages[7])
        if type.wireDescriptor.pointer.pointee.n_fields > 0 {
            #expect(Set(messages).count > 1)
        } else {
            #expect(messages.flatMap { $0 }.isEmpty)
        }
    }

    @Test("no proto file has a repeated number, packed or not: one that gets it needs tests of both forms")
    func noRepeatedNumbers() {
        for type in MessageCatalogue.all {
            let descriptor = type.wireDescriptor.pointer.pointee
            for index in 0..<Int(descriptor.n_fields) {
                let field = descriptor.fields[index]
                guard field.label == PROTOBUF_C_LABEL_REPEATED else { continue }
                #expect(field.type == PROTOBUF_C_TYPE_MESSAGE || field.type == PROTOBUF_C_TYPE_STRING)
            }
        }
    }
}
