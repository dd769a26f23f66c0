// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import Testing

/// How many files a process may have open; in processes of their own, since it is the whole process' limit.
struct FileDescriptorLimitTests {
    @Test("It is raised from what a login has, stays when it is raised again, and files that are open are counted")
    func raised() async {
        await #expect(processExitsWith: .success) {
            var limits = rlimit()
            #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
            limits.rlim_cur = min(1024, limits.rlim_max)
            #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
            #expect(try FileDescriptorLimit.current().count == Int(limits.rlim_cur))
            let raised = try FileDescriptorLimit.raise()
            #expect(raised.count >= Int(clamping: min(limits.rlim_max, 1 << 20)))
            #expect(try FileDescriptorLimit.raise() == raised && FileDescriptorLimit.current() == raised)
            let room = raised.room
            #expect(room > 0 && room < raised.count)
            let files = (0..<50).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
            #expect(raised.room == room - 50)
            for file in files { close(file) }
            #expect(raised.room == room)
        }
    }
}
