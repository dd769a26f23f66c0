// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Foundation
internal import Glibc
internal import Host
internal import Rados
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Symbolic links in what kubelet names, planted before or meanwhile: nothing happens where they lead.
@Suite(.timeLimit(.minutes(2)))
struct IsolationTests {
    /// What somebody wants to be led to, in the same shape as the folders below `kubelet`.
    private static func makeOutside(_ scratch: Scratch) throws -> FilePath {
        _ = try scratch.folder("outside/a/b/target")
        try scratch.file("outside/a/b/file")
        return scratch.path("outside")
    }

    /// All there is outside, with groups and permissions.
    private static func census(_ outside: FilePath) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: outside.string)
        let mounts = try MountTable.read().entries.map(\.mountPoint).filter { $0.starts(with: outside) }
        return try names.sorted().map { name in
            var status = stat()
            guard lstat(outside.appending(name).string, &status) == 0 else { throw SetUpError("\(name) is gone") }
            return "\(name) \(status.st_gid) \(status.st_mode)"
        } + mounts.map { "mounted \($0)" }
    }

    /// Everything that is done with a path; what is refused is refused.
    private static func everything(at path: FilePath, source: FilePath, below root: TrustedRoot) -> [HostError] {
        var refusals: [HostError] = []
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch { if let error = error as? HostError { refusals.append(error) } }
        }
        let options = MountOptions(words: ["nosuid", "nodev"])
        attempt { try MountTarget.makeDirectory(path, below: root) }
        attempt { try MountTarget.makeDirectory(path.appending("new/newer"), below: root) }
        attempt { try MountTarget.makeFile(path.appending("raw"), below: root) }
        attempt { try Mounts.mount("isolation", at: path, type: "tmpfs", options: options, below: root) }
        attempt { try Mounts.bind(source, at: path, flags: options.flags, below: root) }
        attempt { try Mounts.bind(path, at: source, flags: options.flags, below: root) }
        attempt { try GroupOwnership.apply(group: 4711, to: path, below: root) }
        attempt { _ = try FilesystemUsage(of: path, below: root) }
        attempt { try Mounts.unmount(path, below: root) }
        attempt { try Mounts.detach(path, below: root) }
        attempt { try MountTarget.remove(path, below: root) }
        attempt { try MountTarget.remove(path.removingLastComponent().appending("file"), below: root) }
        return refusals
    }

    @Test("A link in the place of any part leads nowhere", arguments: ["a", "a/b", "a/b/target"], [false, true])
    func planted(part: String, isRooted: Bool) async throws {
        try await Scratch.with { scratch in
            let outside = try Self.makeOutside(scratch)
            let source = try scratch.tmpfs("staged")
            let kubelet = try scratch.folder("kubelet")
            let link = kubelet.appending(part)
            try FileManager.default.createDirectory(
                atPath: link.removingLastComponent().string,
                withIntermediateDirectories: true
            )
            #expect(symlink(outside.appending(part).string, link.string) == 0)
            let before = try Self.census(outside)
            let root = isRooted ? TrustedRoot(kubelet) : .filesystem
            let refusals = Self.everything(at: kubelet.appending("a/b/target"), source: source, below: root)
            #expect(refusals.count == (part == "a/b/target" ? 11 : 12), "\(refusals.map(\.description))")
            #expect(try Self.census(outside) == before)
            #expect(try MountTable.read().entries.count { $0.mountPoint == source } == 1)
            #expect(refusals.contains { $0.note.contains("symbolic link") }, "\(refusals.map(\.description))")
        }
    }

    @Test("A root that is itself a link is the administrator's way, and works")
    func linkedRoot() async throws {
        try await Scratch.with { scratch in
            let real = try scratch.folder("disk/kubelet")
            let link = scratch.path("kubelet")
            #expect(symlink(real.string, link.string) == 0)
            let root = TrustedRoot(link)
            let source = try scratch.tmpfs("staged")
            let target = link.appending("pods/x/mount")
            try MountTarget.makeDirectory(target, below: root)
            try Mounts.bind(source, at: target, flags: [.noSetUserID, .noDevices], below: root)
            let seen = real.appending("pods/x/mount")
            #expect(try MountTable.read().entry(at: seen)?.options.contains("nosuid") == true)
            try Mounts.unmount(target, below: root)
            try MountTarget.remove(target, below: root)
            #expect(try MountTarget.kind(of: seen) == .missing)
            // Without that root every link counts.
            try await expectErrno(.tooManySymbolicLinkLevels) { try MountTarget.makeDirectory(target) }
        }
    }

    @Test("A link that comes and goes while everything is done leads nowhere either")
    func racing() async throws {
        try await Scratch.with { scratch in
            let outside = try Self.makeOutside(scratch)
            let source = try scratch.tmpfs("staged")
            let kubelet = try scratch.folder("kubelet")
            _ = try scratch.folder("kubelet/a/b")
            let before = try Self.census(outside)
            let link = scratch.path("link")
            #expect(symlink(outside.appending("a").string, link.string) == 0)
            let threads = BlockingPool(threads: 1, name: "exchange")
            let exchange = NameExchange.start(kubelet.appending("a"), link, threads: threads)
            let target = kubelet.appending("a/b/target")
            let root = TrustedRoot(kubelet)
            var refused = 0
            for _ in 0..<80 {
                let refusals = Self.everything(at: target, source: source, below: root)
                if refusals.contains(where: { $0.note.contains("symbolic link") }) { refused += 1 }
                let mounts = try MountTable.read().entries.map(\.mountPoint)
                try #require(!mounts.contains { $0.starts(with: outside) })
                for _ in mounts.filter({ $0 == source }).dropFirst() { try Mounts.unmount(source) }
            }
            let exchanges = try await exchange.stop()
            await threads.shutdown()
            #expect(exchanges > 80 && refused > 0, "\(exchanges) exchanges, \(refused) met")
            #expect(try Self.census(outside) == before)
        }
    }

    @Test("Nobody ever sees a bind mount without its flags")
    func flags() async throws {
        try await Scratch.with { scratch in
            let source = try scratch.tmpfs("staged")
            let target = try scratch.folder("target")
            let isDone = Mutex(false)
            let seen = Mutex<[Set<String>: Int]>([:])
            let threads = BlockingPool(threads: 1, name: "watcher")
            async let watching: Void = threads.run {
                while !isDone.withLock({ $0 }) {
                    guard let entry = try MountTable.read().entry(at: target) else { continue }
                    seen.withLock { $0[Set(entry.options), default: 0] += 1 }
                }
            }
            while seen.withLock({ $0.values.reduce(0, +) }) < 200 {
                try Mounts.bind(
                    source,
                    at: target,
                    flags: [.noSetUserID, .noDevices, .noExecute, .readOnly]
                )
                try Mounts.unmount(target)
            }
            isDone.withLock { $0 = true }
            try await watching
            await threads.shutdown()
            let flags: Set = ["nosuid", "nodev", "noexec", "ro"]
            #expect(seen.withLock { $0.keys.filter { !$0.isSuperset(of: flags) } } == [])
        }
    }

    @Test("Only the filesystem of the device that is meant is bound")
    func otherDevice() async throws {
        try await Scratch.with { scratch in
            let source = try scratch.tmpfs("staged")
            let target = try scratch.folder("target")
            let device = try scratch.device(size: 4 << 20)
            try await expectErrno(Errno(rawValue: ENODEV)) {
                try Mounts.bind(source, at: target, flags: [], of: BlockDevice(device.path).number())
            }
            #expect(try MountTable.read().entry(at: target) == nil)
        }
    }

    @Test("Access times are kept as the flags say, and as at the source where they say nothing")
    func accessTimes() async throws {
        try await Scratch.with { scratch in
            let source = try scratch.folder("staged")
            try Mounts.mount("t", at: source, type: "tmpfs", options: MountOptions(words: ["noatime", "noexec"]))
            let target = try scratch.folder("target")
            for (flags, times) in [
                ([.noSetUserID], "noatime"), ([.noSetUserID, .relativeAccessTimes], "relatime"),
                ([.noAccessTimes, .noDirectoryAccessTimes], "noatime"),
            ] as [(MountFlags, String)] {
                try Mounts.bind(source, at: target, flags: flags)
                let options = try #require(try MountTable.read().entry(at: target)).options
                #expect(options.contains(times) && !options.contains("noexec"), "\(options)")
                try Mounts.unmount(target)
            }
        }
    }
}
