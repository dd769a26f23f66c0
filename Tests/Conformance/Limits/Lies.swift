// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Redaction

/// What requests can hold that they must not.
enum Lies {
    /// 129 bytes.
    static let long = String(repeating: "x", count: 129)

    /// A map of more than 4 KiB.
    static let large = Dictionary(
        uniqueKeysWithValues: (0..<40).map { ("key-\($0)", String(repeating: "v", count: 110)) }
    )

    /// Secrets that are more than 4 KiB; a marker to look for in messages and logs is among them.
    static let largeSecrets = Self.large.mapValues { Secret(Self.marker + $0) }

    /// Must never be seen again.
    static let marker = "kEpT-sEcReT"

    /// Names with what is forbidden, and its number.
    static let names: [(String, String)] = [
        (0x01, "U+0001"), (0x08, "U+0008"), (0x0B, "U+000B"), (0x0C, "U+000C"), (0x0E, "U+000E"), (0x1F, "U+001F"),
        (0x7F, "U+007F"), (0x85, "U+0085"), (0x9F, "U+009F"),
    ].map { (value: UInt32, name: String) in ("a\(Character(Unicode.Scalar(value)!))b", name) }

    /// Capabilities, what they break, and what has to be named.
    static let capabilities: [(String, VolumeCapability, String)] = [
        ("no access type", VolumeCapability(accessMode: .init(mode: .singleNodeWriter)), "access_type"),
        ("no access mode", VolumeCapability(accessType: .block(.init())), "access_mode"),
        ("access mode UNKNOWN", Peer.mount(mode: .unknown), "access_mode"),
        ("access mode 99", Peer.mount(mode: .init(rawValue: 99)), "access_mode"),
        ("negative access mode", Peer.mount(mode: .init(rawValue: -1)), "access_mode"),
        ("long fs_type", Peer.mount(type: Self.long), "fs_type"),
        ("unknown fs_type", Peer.mount(type: "fat12"), "fat12"),
        (
            "mount flags of 5 KiB", Peer.mount(flags: Array(repeating: String(repeating: "f", count: 100), count: 50)),
            "mount_flags"
        ),
        ("long volume_mount_group", Peer.mount(group: Self.long), "volume_mount_group"),
    ]

    /// Paths, and what is wrong with them.
    static let paths: [(String, String)] = [
        ("empty", ""), ("relative", "some/path"), ("upwards", "/tmp/../etc/locker"),
        ("upwards at the end", "/tmp/x/.."),
        ("longer than the system's", "/" + String(repeating: "p", count: 4100)),
    ]
}
