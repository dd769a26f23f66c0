// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import CSI
internal import Glibc
internal import Redaction
internal import Testing

@testable internal import ProtobufC

/// Nothing stays allocated after a message was read, refused or written.
@Suite(.timeLimit(.minutes(2)))
struct LeakTests {
    private static let rounds = 10_000

    /// Bytes that fail at each of the places where decoding can fail, and some that do not.
    static let inputs: [[UInt8]] = {
        let whole = (try? Sample.request.encoded()) ?? []
        return [
            whole,
            [],
            // Refused by the scanner.
            whole + Encoded.delimited(1, [0xFF]),
            Array(whole.dropLast()),
            // Refused by libprotobuf-c, half of the message read: a text where a number belongs.
            whole + Encoded.number(4, 1),
            whole + Encoded.delimited(2, Encoded.text(1, "x")),
            // Replaced and merged on the way.
            whole + whole,
            whole + Encoded.delimited(6, Encoded.delimited(2, Encoded.text(1, "v"))),
            whole + Encoded.delimited(6, Encoded.delimited(2, Encoded.text(2, "unknown")) + Encoded.number(1, 0)),
            // Unknown fields, which libprotobuf-c keeps.
            whole + Encoded.text(15, "unknown") + Encoded.number(14, 5),
        ]
    }()

    @Test("the counter sees a message that was not freed, and that it was freed")
    func counterCounts() throws {
        let allocator = CountingAllocator()
        let bytes = try Sample.request.encoded()
        // The inputs are made of these bytes.
        #expect(Self.inputs[0] == bytes)
        let descriptor = CreateVolumeRequest.wireDescriptor.pointer
        let message = try #require(protobuf_c_message_unpack(descriptor, allocator.pointer, bytes.count, bytes))
        #expect(allocator.outstanding > 20)
        protobuf_c_message_free_unpacked(message, allocator.pointer)
        #expect(allocator.outstanding == 0)
    }

    @Test("decoding gives back all memory, whatever becomes of it", arguments: inputs.indices)
    func decoding(input: Int) {
        let allocator = CountingAllocator()
        let decoder = WireDecoder(descriptor: CreateVolumeRequest.wireDescriptor, allocator: allocator.pointer)
        var read = 0
        for round in 1...Self.rounds / 10 {
            Self.inputs[input].withUnsafeBytes { bytes in
                do {
                    _ = try decoder.decode(CreateVolumeRequest.self, from: bytes)
                    read += 1
                } catch {
                    #expect(error is WireError)
                }
            }
            guard allocator.outstanding == 0 else {
                Issue.record("\(allocator.outstanding) pieces of memory are left after round \(round)")
                return
            }
        }
        // All or none: the same bytes mean the same each time.
        #expect(read == 0 || (read == Self.rounds / 10 && allocator.allocated > 0))
    }

    /// More bytes than this count as a leak; a loss of 16 bytes a round is twice as much.
    private static let tolerated = 64 << 10

    @Test("the heap's own figure sees 16 bytes lost in each round")
    func heapFigureSeesALeak() async {
        await #expect(processExitsWith: .success) {
            LeakTests.codecRounds(200)
            let before = try #require(Heap.bytesInUse())
            var lost: [UnsafeMutableRawPointer?] = []
            lost.reserveCapacity(LeakTests.rounds)
            for _ in 0..<LeakTests.rounds { lost.append(malloc(16)) }
            let grown = try #require(Heap.bytesInUse()) - before
            #expect(grown > LeakTests.tolerated)
            for pointer in lost { free(pointer) }
        }
    }

    @Test("the heap does not grow in 10,000 rounds of reading, refusing and writing")
    func heapDoesNotGrow() async {
        await #expect(processExitsWith: .success) {
            LeakTests.codecRounds(200)
            let before = try #require(Heap.bytesInUse())
            LeakTests.codecRounds(LeakTests.rounds)
            let grown = try #require(Heap.bytesInUse()) - before
            #expect(grown < LeakTests.tolerated, "\(grown) bytes more")
        }
    }

    /// Decodes one of the inputs and encodes a value each round, one that cannot be written among them; what fails and
    /// what does not is for other tests to say.
    static func codecRounds(_ count: Int) {
        let unwritable = CreateVolumeRequest(name: "pvc", parameters: ["a": "b", "k": "\u{0}"])
        for round in 0..<count {
            let value = try? CreateVolumeRequest(decoding: Self.inputs[round % Self.inputs.count])
            _ = try? (value ?? unwritable).encoded()
            _ = try? unwritable.encoded()
        }
    }
}
