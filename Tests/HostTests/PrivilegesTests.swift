// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage
internal import Testing

@testable internal import Host

/// What /proc says of capabilities, of devices and of filesystems that have met errors.
struct PrivilegesTests {
    @Test("Capabilities are read from a process' status")
    func capabilities() {
        let text = "Name:\tlocker\nCapPrm:\t0\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n"
        #expect(Privileges.effective(status: text).isSuperset(of: [.administration, .resources]))
        #expect(!Privileges.effective(status: "CapEff:\t000001fffeffffff").contains(.resources))
        #expect(Privileges.effective(status: "Name:\tlocker") == [])
        #expect(Privileges.current().contains(.administration))
    }

    @Test("What the kernel logs of failed requests names their device, and nothing else does")
    func kernelLog() {
        let words = "I/O error, dev rbd0, sector 2048 op 0x1:(WRITE) flags 0x8800 phys_seg 1 prio class 2"
        #expect(KernelLog.message("3,1127,98765432,-;\(words)\n SUBSYSTEM=block\n DEVICE=b252:0\n") == words)
        #expect(KernelLog.failedDevice(in: words) == "rbd0")
        #expect(KernelLog.failedDevice(in: "timeout error, dev rbd12, sector 0") == "rbd12")
        #expect(KernelLog.failedDevice(in: "rbd: rbd0: capacity 33554432 features 0x3d") == nil)
    }

    @Test("Requests of a device are counted, with the fields that the kernel has")
    func statistics() throws {
        let old = try #require(BlockStatistics(line: "    5 0 40 1   7 0 56 2   3 4 5"))
        #expect(old.completed == 12 && old.inFlight == 3)
        let new = try #require(BlockStatistics(line: "5 0 40 1 7 0 56 2 0 4 5 11 0 8 1 13 2"))
        #expect(new.completed == 36 && new.inFlight == 0)
        #expect(BlockStatistics(line: "5 0 40") == nil)
        #expect(BlockStatistics(in: "/sys/block/none") == nil)
    }
}
