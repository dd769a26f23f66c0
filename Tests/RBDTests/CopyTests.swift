// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Bytes of an image that are written to another.
@Suite(.timeLimit(.minutes(3)))
struct CopyTests {
    /// 20 objects: data in some, zeroes that were written in one, nothing in the rest, and an end within an object.
    private static let size: UInt64 = (80 << 20) - 12_288
    private static let written: [UInt64] = [0, 5 << 20, (8 << 20) - 4096, 41 << 20, size - 8192]

    @Test("The runs that are asked for are copied, of a snapshot as it was; what is zero takes no room")
    func plain() async throws {
        try await TestCluster.shared().withNamespace { context in
            let id = try await Self.makeSource(in: context)
            let snapshot = try await context.withImage(.id(id), readOnly: false) { image in
                try image.createSnapshot("then")
                try image.write(offset: 5 << 20, LiveImageFixture.pattern(8192, seed: 99))
                return try image.snapshots()[0].id
            }
            try await context.createImage("copy", size: Self.size)
            let runs: [Range<UInt64>] = [
                0..<4 << 20, 4 << 20..<4 << 20, (4 << 20) + 512..<40 << 20, 41 << 20..<Self.size,
            ]
            try await context.copy(runs, ofSnapshot: snapshot, imageID: id, in: context, to: "copy")
            try await Self.expectSame(in: context)
            let copy = try await context.imageID(named: "copy")
            let objects = try await context.objects(prefix: "rbd_data.\(copy).").map { String($0.suffix(4)) }
            #expect(objects.sorted() == ["0000", "0001", "0002", "000a", "0013"])
        }
    }

    @Test("Into an encrypted image everything is written, and reads the same through its key")
    func encrypted() async throws {
        try await TestCluster.shared().withNamespace { context in
            let id = try await Self.makeSource(in: context)
            try await context.createImage("copy", size: Self.size + (16 << 20))
            let passphrase = [UInt8](repeating: 7, count: 32)
            try await context.withImage(.name("copy"), readOnly: false) {
                try $0.formatEncryption(.luks2, passphrase: passphrase)
            }
            let encryption = CopyEncryption(
                source: { _ in },
                target: { try $0.loadEncryption(.luks2, passphrase: passphrase) }
            )
            try await context.copy(
                [0..<Self.size],
                ofSnapshot: nil,
                imageID: id,
                in: context,
                to: "copy",
                encryption: encryption
            )
            try await Self.expectSame(in: context) { try $0.loadEncryption(.luks2, passphrase: passphrase) }
        }
    }

    @Test("Several at once are each whole; one without a source or a target says which, and a cancelled one ends")
    func several() async throws {
        try await TestCluster.shared().withNamespace { context in
            let id = try await Self.makeSource(in: context)
            for number in 0..<5 { try await context.createImage("copy-\(number)", size: Self.size) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<5 {
                    group.addTask {
                        let target = "copy-\(number)"
                        try await context.copy([0..<Self.size], ofSnapshot: nil, imageID: id, in: context, to: target)
                        try await Self.expectSame(target, in: context)
                    }
                }
                try await group.waitForAll()
            }
            let all = [0..<Self.size]
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.copy(all, ofSnapshot: nil, imageID: id, in: context, to: "nobody")
            }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.copy(all, ofSnapshot: nil, imageID: "0123456789ab", in: context, to: "copy-0")
            }
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await context.copy(all, ofSnapshot: nil, imageID: id, in: context, to: "copy-0")
            }
            await #expect(throws: CancellationError.self) { try await late.value }
            // Nothing of them is left open: an image that is open cannot be removed.
            for number in 0..<5 { try await context.removeImage("copy-\(number)") }
        }
    }

    private static func makeSource(in context: IOContext) async throws -> String {
        try await context.createImage("source", size: Self.size)
        try await context.withImage(.name("source"), readOnly: false) { image in
            for offset in Self.written {
                try image.write(offset: offset, LiveImageFixture.pattern(8192, seed: Int(offset)))
            }
            try image.write(offset: 20 << 20, [UInt8](repeating: 0, count: 65536))
        }
        return try await context.imageID(named: "source")
    }

    private static func expectSame(
        _ name: String = "copy",
        in context: IOContext,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ prepare: @Sendable @escaping (borrowing Image) throws -> Void = { _ in }
    ) async throws {
        try await context.withImage(.name(name), readOnly: true) { image in
            try prepare(image)
            for offset in Self.written {
                let found = try image.read(offset: offset, count: 8192)
                #expect(
                    found == LiveImageFixture.pattern(8192, seed: Int(offset)),
                    "at \(offset)",
                    sourceLocation: sourceLocation
                )
            }
            for offset: UInt64 in [8192, 20 << 20, 60 << 20, Self.size - 12_288] {
                let found = try image.read(offset: offset, count: 4096)
                #expect(found == [UInt8](repeating: 0, count: 4096), "at \(offset)", sourceLocation: sourceLocation)
            }
        }
    }
}
