// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados
internal import SystemPackage

extension Volumes {
    /// What there is now, from the omaps of records and ledgers: no image is opened.
    ///
    /// - Parameters:
    ///   - query: which part.
    ///   - places: where to look, in any order; of those that are the same, the first counts.
    /// - Throws: ``LockerError`` if a cluster does not answer.
    package func status(_ query: StatusQuery, in places: [RecordPlace]) async throws -> StatusSnapshot {
        try await explaining("read the status of the volumes") {
            let places = Self.ordered(places)
            let registry = try await self.courses(in: places)
            var snapshot = StatusSnapshot()
            try await self.addCourses(to: &snapshot, query, registry.courses)
            // A course's records are in its own namespace; where the registry cannot be read they may be in any.
            let wanted = places.filter { place in
                query.course == nil || registry.unreadable.contains(PoolKey(place))
                    || registry.courses.contains {
                        $0.course == query.course && $0.pool == PoolKey(place) && $0.namespace == place.namespace
                    }
            }
            let page = try await RecordWalk(layouts: self.layouts).page(
                of: VolumeRecord.self,
                in: wanted,
                after: query.volumesAfter,
                limit: StatusQuery.page
            ) { query.includes(course: $0.course, student: $0.student) }
            snapshot.volumes = page.entries.map { StatusVolume($0.record) }
            snapshot.nextVolume = page.next
            try await self.addErasures(to: &snapshot, query, wanted)
            return snapshot
        }
    }

    private struct PoolKey: Hashable {
        let cluster: [UInt8]
        let poolID: Int64

        init(_ place: RecordPlace) {
            self.cluster = place.order.clusterDigest
            self.poolID = place.order.poolID
        }
    }

    private struct RegisteredCourse {
        let course: String
        let pool: PoolKey
        let namespace: String
        let clusterID: String
        let io: IOContext
    }

    /// The registered courses of all pools, by name, and the pools whose registry is not ours to read.
    private func courses(
        in places: [RecordPlace]
    ) async throws -> (courses: [RegisteredCourse], unreadable: Set<PoolKey>) {
        var found: [RegisteredCourse] = []
        var unreadable: Set<PoolKey> = []
        var seen: Set<PoolKey> = []
        for place in places where seen.insert(PoolKey(place)).inserted {
            do {
                let main = try await place.main()
                for entry in try await CourseQuotas.registered(in: main) {
                    found.append(
                        RegisteredCourse(
                            course: entry.course,
                            pool: PoolKey(place),
                            namespace: entry.namespace,
                            clusterID: place.clusterID,
                            io: try await main.cluster.ioContext(poolID: main.poolID, namespace: entry.namespace)
                        )
                    )
                }
            } catch let error as CephError where [.permissionDenied, .notPermitted].contains(error.code) {
                unreadable.insert(PoolKey(place))
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // A pool that is gone since it was listed.
                continue
            }
        }
        return (found.sorted { ($0.course, $0.clusterID) < ($1.course, $1.clusterID) }, unreadable)
    }

    /// Adds a page of courses, and of the students of the one that is asked for.
    private func addCourses(
        to snapshot: inout StatusSnapshot,
        _ query: StatusQuery,
        _ registered: [RegisteredCourse]
    ) async throws {
        let rest = registered.filter { course in
            (query.course ?? course.course) == course.course && course.course > query.coursesAfter ?? ""
        }
        // Courses of one name in several pools stay together: what goes on after a name goes on after all of them.
        var shown = Array(rest.prefix(StatusQuery.page))
        while shown.count < rest.count, rest[shown.count].course == shown.last?.course {
            shown.append(rest[shown.count])
        }
        snapshot.hasMoreCourses = rest.count > shown.count
        for course in shown {
            let quotas = CourseQuotas(course: course.course, io: course.io)
            do {
                snapshot.courses.append(
                    StatusCourse(
                        clusterID: course.clusterID,
                        pool: course.io.poolName,
                        namespace: course.namespace,
                        standing: try await quotas.standing(of: "")
                    )
                )
                guard query.course != nil else { continue }
                if let student = query.student {
                    snapshot.students.append(try await quotas.standing(of: student))
                } else {
                    let page = try await quotas.students(after: query.studentsAfter ?? "", limit: StatusQuery.page)
                    snapshot.students += page.standings
                    snapshot.hasMoreStudents = snapshot.hasMoreStudents || page.hasMore
                }
            } catch let error as CephError where [.permissionDenied, .notPermitted].contains(error.code) {
                // A course of others.
                continue
            }
        }
        guard shown.count > 1 else { return }
        // Of several pools: in the order of names, cut at a page's end, so that the next page misses nobody.
        snapshot.students.sort { $0.student < $1.student }
        if snapshot.students.count > StatusQuery.page {
            let last = snapshot.students[StatusQuery.page - 1].student
            let kept = snapshot.students.prefix { $0.student <= last }
            snapshot.hasMoreStudents = snapshot.hasMoreStudents || kept.count < snapshot.students.count
            snapshot.students = Array(kept)
        }
    }

    /// Adds the erasures that go on: those that wait longest, and how many there are.
    private func addErasures(
        to snapshot: inout StatusSnapshot,
        _ query: StatusQuery,
        _ places: [RecordPlace]
    ) async throws {
        var found: [StatusErasure] = []
        var read = 0
        search: for place in places {
            guard let store = try await place.store(layouts: self.layouts) else { continue }
            for shard in 0..<store.shards {
                var start = ""
                while true {
                    let page = try await store.page(
                        of: VolumeRecord.self,
                        prefix: "e/",
                        shard: shard,
                        after: start,
                        limit: 500
                    )
                    for (_, stored) in page.records
                    where query.includes(course: stored.value.course, student: stored.value.student) {
                        found.append(StatusErasure(stored.value))
                    }
                    read += page.records.count
                    if read >= StatusQuery.mostErasures {
                        snapshot.isErasureCountCut = true
                        break search
                    }
                    guard page.hasMore, let last = page.records.last else { break }
                    start = last.key
                }
            }
        }
        snapshot.erasureCount = found.count
        snapshot.erasures = Array(found.sorted { $0.deletedAt < $1.deletedAt }.prefix(StatusQuery.page))
    }
}
