// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// Sizes: what `capacity_range` asks for, and what is made of it.
struct CapacityBoundsTests {
    private static let mebi: Int64 = 1 << 20
    private static let gibi: Int64 = 1 << 30

    /// A range and the size made of it.
    private typealias Row = (required: Int64, limit: Int64, smallest: Int64, size: Int64)

    private static let sizes: [Row] = [
        (0, 0, 1, gibi),
        (1, 0, 1, 4 * mebi),
        (4 * mebi, 0, 1, 4 * mebi),
        (4 * mebi + 1, 0, 1, 8 * mebi),
        (10 * mebi, 0, 1, 12 * mebi),
        // The limit leaves no room for whole objects: whole sectors.
        (10 * mebi, 10 * mebi, 1, 10 * mebi),
        (10 * mebi, 11 * mebi, 1, 10 * mebi),
        (10 * mebi + 1, 11 * mebi, 1, 10 * mebi + 512),
        (10 * mebi, 12 * mebi, 1, 12 * mebi),
        // Nobody requires anything: as much of the default as the limit allows.
        (0, 10 * gibi, 1, gibi),
        (0, 100 * mebi, 1, 100 * mebi),
        (0, 10 * mebi, 1, 10 * mebi),
        (0, 10 * mebi + 1, 1, 10 * mebi),
        (0, 1000, 1, 512),
        (0, 512, 1, 512),
        // What the filesystem needs.
        (1, 0, 300 * mebi, 300 * mebi),
        (0, 300 * mebi, 300 * mebi, 300 * mebi),
        (0, 300 * mebi + 1, 300 * mebi, 300 * mebi),
        (1, 300 * mebi, 300 * mebi, 300 * mebi),
        (CapacityBounds.largest, 0, 1, CapacityBounds.largest),
    ]

    @Test("The size of a new volume", arguments: sizes.indices)
    func size(_ index: Int) throws {
        let row = Self.sizes[index]
        let bounds = try CapacityBounds(required: row.required, limit: row.limit)
        let size = try bounds.size(smallest: row.smallest)
        #expect(size == row.size, "\(row)")
        #expect(bounds.admits(size), "\(row)")
        #expect(size % 512 == 0, "\(row)")
    }

    @Test("A class' own default is taken when nobody asks for a size")
    func otherDefault() throws {
        let nothing = try CapacityBounds(required: 0, limit: 0)
        #expect(try nothing.size(orDefault: 5 * Self.gibi) == 5 * Self.gibi)
        #expect(try nothing.size(orDefault: 5) == CapacityBounds.objectSize)
        #expect(try CapacityBounds(required: 1, limit: 0).size(orDefault: 5 * Self.gibi) == CapacityBounds.objectSize)
    }

    private static let impossible: [(required: Int64, limit: Int64, code: LockerError.Code, words: String)] = [
        (-1, 0, .invalidArgument, "negative"),
        (0, -1, .invalidArgument, "negative"),
        (.min, .min, .invalidArgument, "negative"),
        (2 * gibi, gibi, .outOfRange, "limits to"),
        (CapacityBounds.largest + 1, 0, .outOfRange, "largest"),
        (.max, .max, .outOfRange, "largest"),
    ]

    @Test("Ranges that cannot be", arguments: impossible.indices)
    func range(_ index: Int) async {
        let row = Self.impossible[index]
        await expectRefusal(row.code, saying: row.words) {
            try CapacityBounds(required: row.required, limit: row.limit)
        }
    }

    private static let empty: [(required: Int64, limit: Int64, smallest: Int64)] = [
        (0, 511, 1), (0, 100 * mebi, 300 * mebi), (1, 511, 1), (513, 1000, 1),
        (10 * mebi + 1, 10 * mebi + 511, 1), (300 * mebi + 1, 300 * mebi + 1, 300 * mebi),
    ]

    @Test("Ranges without a size in them", arguments: empty.indices)
    func none(_ index: Int) async throws {
        let row = Self.empty[index]
        let bounds = try CapacityBounds(required: row.required, limit: row.limit)
        await expectRefusal(.outOfRange) { try bounds.size(smallest: row.smallest) }
    }

    @Test("Which existing sizes are what was asked for")
    func admits() throws {
        let bounds = try CapacityBounds(required: 10, limit: 20)
        #expect(!bounds.admits(9) && bounds.admits(10) && bounds.admits(20) && !bounds.admits(21))
        let open = try CapacityBounds(required: 10, limit: 0)
        #expect(!open.admits(9) && open.admits(Int64.max))
    }
}
