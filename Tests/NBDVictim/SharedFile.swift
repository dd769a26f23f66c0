// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Dispatch
internal import Glibc
internal import Host
internal import SystemPackage

/// A file as a device's content, written through a mapping: what a process has written before it was killed is there.
///
/// Requests are done on other threads, in any order, and slowly, so that many are under way.
///
/// `@unchecked Sendable`: immutable but for the content, in which whoever asks has one request at a time in a place.
final class SharedFile: BlockBackend, @unchecked Sendable {
    let size: UInt64
    let isReadOnly = false
    private let memory: UnsafeMutableRawPointer
    private let threads = DispatchQueue(label: "shared file", attributes: .concurrent)

    init(_ path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readWrite)
        defer { try? file.close() }
        let size = try Int(file.seek(offset: 0, from: .end))
        let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0)
        guard let memory, memory != MAP_FAILED else { throw Errno(rawValue: errno) }
        self.memory = memory
        self.size = UInt64(size)
    }

    deinit {
        munmap(self.memory, Int(self.size))
    }

    func perform(_ request: any BlockRequest) {
        self.threads.async {
            usleep(.random(in: 0...2000))
            request.finish(self.carryOut(request))
        }
    }

    private func carryOut(_ request: any BlockRequest) -> Int {
        let place = self.memory + Int(request.offset)
        switch request.operation {
        case .read: memcpy(request.data, place, Int(request.count))
        case .write: memcpy(place, request.data, Int(request.count))
        case .zero, .discard: memset(place, 0, Int(request.count))
        case .flush: break
        }
        return request.operation == .read ? Int(request.count) : 0
    }
}
