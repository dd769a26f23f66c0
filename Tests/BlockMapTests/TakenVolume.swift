// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Rados
internal import Synchronization

/// Answers of a record that the test writes.
final class TakenVolume: DeviceSuccession {
    /// When the volume is found to have been taken from its client.
    enum Moment: CaseIterable, Sendable {
        case before
        case meanwhile
    }

    /// No answer: as of a cluster that is silent just now.
    struct Silence: Error {}

    private let moment: Moment?
    private let silences: Mutex<Int>
    private let clients = Mutex<[[String]]>([])
    private let successors = Mutex<[String]>([])

    /// - Parameters:
    ///   - moment: `nil` for a volume that was not taken.
    ///   - silences: how often the answer to ``succeed(_:by:on:in:)`` does not arrive, though it was obeyed.
    init(_ moment: Moment?, silences: Int = 0) {
        self.moment = moment
        self.silences = Mutex(silences)
    }

    /// The clients that were asked for, each time.
    var asked: [[String]] { self.clients.withLock { $0 } }
    /// Those that were noted.
    var noted: [String] { self.successors.withLock { $0 } }

    func isServed(_ volumeID: String, by clients: [String], in io: IOContext) -> Bool {
        self.clients.withLock { $0.append(clients) }
        return self.moment != .before
    }

    func succeed(_ clients: [String], by successor: String, on volumeID: String, in io: IOContext) throws -> Bool {
        guard self.moment == nil else { return false }
        self.successors.withLock { $0.append(successor) }
        let isSilent = self.silences.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
        if isSilent { throw Silence() }
        return true
    }
}
