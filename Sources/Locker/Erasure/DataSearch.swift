// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage

/// Looks for data objects of removed images, for many images together.
///
/// There are two ways. Asking for each object by its name is exact and takes a request for each object that an image of
/// its size may have (256 for 1 GiB), whatever else is in the pool. Listing the pool takes as long as there are objects
/// in it, of all namespaces, and answers for any number of images at once; it alone finds objects past the image's end,
/// and those of which only clones are left that OSDs have still to trim. So whoever asks while a round runs waits for
/// the next one, which is for all who wait by then, and each round takes the cheaper way: by name while the names
/// are fewer than a sixteenth of the pool's objects (a listing reads many names with one request), else one listing.
/// An image that ever had snapshots, or whose size nobody knows, is listed for.
package actor DataSearch {
    /// A pool and namespace on a connection.
    private struct Place: Hashable {
        let cluster: ObjectIdentifier
        let poolID: Int64
        let namespace: String
    }

    private struct Question: Sendable {
        let image: DataObjects
        let continuation: CheckedContinuation<DataRemains, any Error>
    }

    private var waiting: [Place: [Question]] = [:]
    private var rounds: [Place: Task<Void, Never>] = [:]
    /// How many objects pools have, and when that was asked.
    private var sizes: [Place: (objects: UInt64, at: ContinuousClock.Instant)] = [:]
    private let alwaysLists: Bool

    /// How many listings there were.
    private(set) var listings = 0

    /// How many objects are asked for at once.
    private static let width = 64
    /// So few names are asked for without a look at how large the pool is.
    private static let few: UInt64 = 512

    /// A search.
    ///
    /// - Parameter alwaysLists: whether to list the pool whatever that costs.
    package init(alwaysLists: Bool = false) {
        self.alwaysLists = alwaysLists
    }

    /// What there is of an image's data.
    ///
    /// - Parameter io: the pool and namespace of the data objects.
    func remains(of image: DataObjects, in io: IOContext) async throws -> DataRemains {
        let place = Place(cluster: ObjectIdentifier(io.cluster), poolID: io.poolID, namespace: io.namespace)
        return try await withCheckedThrowingContinuation { continuation in
            self.waiting[place, default: []].append(Question(image: image, continuation: continuation))
            if self.rounds[place] == nil {
                // It ends when nobody waits any more; whoever asks, waits for it.
                self.rounds[place] = Task { await self.answer(place, io: io) }
            }
        }
    }

    private func answer(_ place: Place, io: IOContext) async {
        while let questions = self.waiting.removeValue(forKey: place), !questions.isEmpty {
            do {
                let answers = try await self.round(questions.map(\.image), place: place, io: io)
                for (question, answer) in zip(questions, answers) { question.continuation.resume(returning: answer) }
            } catch {
                for question in questions { question.continuation.resume(throwing: error) }
            }
        }
        self.rounds[place] = nil
    }

    private func round(_ images: [DataObjects], place: Place, io: IOContext) async throws -> [DataRemains] {
        if try await self.isListingBetter(images, place: place, io: io) {
            self.listings += 1
            return try await Self.list(images, io: io)
        }
        var answers: [DataRemains] = []
        for image in images { answers.append(try await Self.lookUp(image, io: io)) }
        return answers
    }

    private func isListingBetter(_ images: [DataObjects], place: Place, io: IOContext) async throws -> Bool {
        if self.alwaysLists || images.contains(where: \.mustBeListed) { return true }
        let names = images.reduce(UInt64(0)) { $0 + $1.possible }
        if names <= Self.few { return false }
        var known = self.sizes[place]
        if known == nil || known.map({ $0.at.duration(to: .now) > .seconds(60) }) == true {
            do {
                let objects = try await io.cluster.poolUsages()[io.poolName]?.objects ?? 0
                known = (objects, .now)
            } catch let error as CephError where error.code == .resourceTemporarilyUnavailable {
                known = (0, .now)  // no ceph-mgr: nobody knows, and the listing is sure to end
            }
            if self.sizes.count > 64 { self.sizes = [:] }  // of connections that are closed
            self.sizes[place] = known
        }
        return names > Self.few + (known?.objects ?? 0) / 16
    }

    /// Asks for every object that an image may have.
    private static func lookUp(_ image: DataObjects, io: IOContext) async throws -> DataRemains {
        let found = try await withThrowingTaskGroup(of: String?.self) { group in
            var next: UInt64 = 0
            var found: [String] = []
            func addOne() {
                guard next < image.possible else { return }
                let name = ImageAnatomy.objectName(image.prefix, number: next)
                next += 1
                group.addTask { try await io.hasObject(name) ? name : nil }
            }
            for _ in 0..<Self.width { addOne() }
            while let answer = try await group.next() {
                if let answer { found.append(answer) }
                addOne()
            }
            return found
        }
        return DataRemains(objects: found.sorted(), trimming: 0, way: .names(image.possible))
    }

    /// Lists the pool once for all.
    private static func list(_ images: [DataObjects], io: IOContext) async throws -> [DataRemains] {
        let prefixes = Set(images.map { "\($0.prefix)." })
        let names = try await io.objects { name in
            guard name.hasPrefix("rbd_data."), let dot = name.lastIndex(of: ".") else { return false }
            return prefixes.contains(String(name[...dot]))
        }
        let byImage = Dictionary(grouping: names) { name in
            name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        }
        var answers: [DataRemains] = []
        for image in images {
            var found: [String] = []
            var trimming = 0
            for name in byImage[image.prefix] ?? [] {
                // Listed, but not there: only clones of it are, for snapshots that are gone.
                if try await io.hasObject(name) { found.append(name) } else { trimming += 1 }
            }
            answers.append(DataRemains(objects: found.sorted(), trimming: trimming, way: .listing))
        }
        return answers
    }
}
