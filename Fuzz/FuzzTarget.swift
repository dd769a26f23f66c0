// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ProtobufC

/// libFuzzer's entry: the first byte chooses a message type, the rest is the message.
///
/// Whatever the bytes are, decoding answers or throws. What was decoded can be encoded, and means the same again.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let types = MessageCatalogue.all
    let type = types[Int(start[0]) % types.count]
    roundTrip(type, UnsafeRawBufferPointer(start: start + 1, count: count - 1))
    return 0
}

private func roundTrip<Message: WireMessage>(_ type: Message.Type, _ bytes: UnsafeRawBufferPointer) {
    guard let value = try? Message(decoding: bytes) else { return }
    do {
        let encoded = try value.encoded()
        let again = try Message(decoding: encoded)
        guard again == value else { fatalError("\(Message.fullName) is another value after a round trip") }
        guard try again.encoded() == encoded else { fatalError("\(Message.fullName) has two encodings") }
    } catch {
        fatalError("\(Message.fullName) was decoded but cannot make the way back: \(error)")
    }
}
