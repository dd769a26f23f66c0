// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage
internal import Testing

@testable internal import Host

/// Reading the kernel's table of mounts.
struct MountTableTests {
    private static let text = #"""
        21 1 254:0 / / rw,relatime - ext4 /dev/vda rw,errors=remount-ro
        30 21 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755
        41 21 7:3 / /var/lib/kubelet/a\040b\011c\134d\012e rw,noatime shared:1 master:2 propagate_from:3 - xfs /dev/loop3 rw
        42 21 7:3 /sub\040dir /mnt/bind ro,relatime - xfs /dev/loop3 rw,attr2
        43 21 0:40 / /mnt/fuse rw - fuse.locker locker rw,user_id=0
        44 21 0:41 / /mnt/fuse rw - tmpfs none rw
        45 21 0:5 /loop3 /mnt/device rw,nosuid - devtmpfs udev rw
        nonsense
        46 21 x:y / /mnt/bad rw - tmpfs none rw
        47 21 0:9 / /mnt/short rw
        48 21 0:9 / /mnt/half rw -
        """#

    private let table = MountTable(parsing: text)

    @Test("Each line's fields, whatever optional ones are between them; what is no line is left out")
    func fields() throws {
        #expect(self.table.entries.count == 7)
        let root = try #require(self.table.entry(at: "/"))
        #expect(root.major == 254 && root.minor == 0 && root.root == "/" && root.type == "ext4")
        #expect(root.source == "/dev/vda" && root.options == ["rw", "relatime"])
        #expect(root.superOptions == ["rw", "errors=remount-ro"] && !root.isReadOnly)
        #expect(self.table.entry(at: "/nowhere") == nil)
    }

    @Test("Spaces, tabs, newlines and backslashes in a path are what they were")
    func escapes() throws {
        let entry = try #require(self.table.entry(at: "/var/lib/kubelet/a b\tc\\d\ne"))
        #expect(entry.type == "xfs" && entry.options.contains("noatime"))
        #expect(self.table.entry(at: "/mnt/bind")?.root == "/sub dir")
    }

    @Test("Of two mounts on one point the later is seen, and a path may be written with a slash at its end")
    func covered() {
        #expect(self.table.entry(at: "/mnt/fuse")?.type == "tmpfs")
        #expect(self.table.entry(at: "/mnt/../mnt/fuse/")?.type == "tmpfs")
    }

    @Test("A mount is read-only by its own word or by the filesystem's")
    func readOnly() {
        #expect(self.table.entry(at: "/mnt/bind")?.isReadOnly == true)
        #expect(self.table.entry(at: "/sys/fs/cgroup")?.isReadOnly == true)
        #expect(self.table.entry(at: "/mnt/device")?.isReadOnly == false)
    }

    @Test("All mounts of a device, but not those of its device file")
    func ofDevice() {
        let mounts = self.table.entries(of: BlockDevice.Number(major: 7, minor: 3))
        #expect(mounts.map(\.mountPoint) == ["/var/lib/kubelet/a b\tc\\d\ne", "/mnt/bind"])
    }

    @Test("The kernel's own table is read: every line of it")
    func kernel() throws {
        let text = try HostFile.read("/proc/self/mountinfo")
        let lines = text.split(separator: 10).count
        #expect(MountTable(parsing: String(decoding: text, as: UTF8.self)).entries.count == lines)
        #expect(try MountTable.read().entry(at: "/") != nil)
    }
}
