// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// What the checklist has found of an image.
struct ErasureFindings: Sendable {
    /// By the item's name, in the order of the checklist.
    let items: [(name: String, finding: ErasureCheck.Finding)]

    /// Looks for everything that may be left of an image.
    init(of image: ErasedImage, search: DataSearch, checks: [ErasureCheck] = ErasureCheck.all) async throws {
        var items: [(name: String, finding: ErasureCheck.Finding)] = []
        for check in checks { items.append((check.name, try await check.look(image, search))) }
        self.items = items
    }

    /// What is still there.
    var left: [String] { self.items.flatMap(\.finding.left) }

    /// How many objects OSDs have still to trim.
    var trimming: Int { self.items.reduce(0) { $0 + $1.finding.trimming } }

    /// What is left, in words: the first few by name.
    var words: String {
        let left = self.left
        let more = left.count > 4 ? " and \(left.count - 4) more" : ""
        return left.prefix(4).joined(separator: ", ") + more
    }

    /// What a receipt says, once nothing is left.
    var checks: [ErasureReceipt.Check] {
        self.items.map { ErasureReceipt.Check(name: $0.name, lookedFor: $0.finding.lookedFor) }
    }
}
