// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// The parameters of ControllerModifyVolume: each one's good and bad values.
struct VolumeLimitsTests {
    @Test("All names, ceph-csi's among them")
    func names() {
        #expect(
            Set(VolumeLimits.names) == [
                "maxIops", "maxReadIops", "maxWriteIops", "maxBps", "maxReadBps", "maxWriteBps", "burstIops",
                "burstReadIops", "burstWriteIops", "burstBps", "burstReadBps", "burstWriteBps",
            ]
        )
    }

    private static let quantities: [(text: String, value: String)] = [
        ("0", "0"), ("4096", "4096"), ("5k", "5000"), ("100Mi", "104857600"), ("1.5Gi", "1610612736"),
        ("2M", "2000000"), ("1G", "1000000000"), ("0.5Ti", "549755813888"), ("1Pi", "1125899906842624"),
        ("4Ki", "4096"), ("00005000", "5000"), ("1.50k", "1500"), ("1Ti", "1099511627776"), ("3T", "3000000000000"),
    ]

    @Test("Quantities as Kubernetes writes them", arguments: quantities.indices)
    func quantity(_ index: Int) throws {
        let row = Self.quantities[index]
        let name = row.value == "0" || Int64(row.value)! >= 4096 ? "maxBps" : "maxIops"
        #expect(try VolumeLimits([name: row.text]).recorded == [name: row.value], "\(row)")
    }

    @Test(
        "What is no quantity, or too much or too little of one",
        arguments: [
            "", " ", "x", "-1", "+1", "1.5", "1.0005k", "5m", "1e3", "0x10", "1 k", "k", ".", "1.", ".5k", "100mi",
            "Mi",
            "4095", "2Pi", "99999999999999999999", "9999999999P", "1,000", "1.1.1k", "١",
        ]
    )
    func wrong(_ text: String) async {
        await expectRefusal(.invalidArgument, saying: "maxBps", "\"\(text)\"") {
            try VolumeLimits(["maxIops": "5", "maxBps": text])
        }
    }

    @Test("A key that is none is named", arguments: ["maxiops", "iops", "", "baseIops", "conf_rbd_qos_iops_limit"])
    func unknown(_ name: String) async {
        await expectRefusal(.invalidArgument, saying: "\(name) is not known", "maxReadIops") {
            try VolumeLimits(["maxIops": "5", name: "5"])
        }
    }

    @Test("A burst goes beyond a limit")
    func burst() async throws {
        try VolumeLimits(["maxIops": "5", "burstIops": "5"]).check()
        try VolumeLimits(["maxIops": "0", "burstIops": "0"]).check()
        for parameters in [
            ["burstIops": "5"], ["maxIops": "0", "burstIops": "5"], ["maxIops": "6", "burstIops": "5"],
        ] {
            await expectRefusal(.invalidArgument, saying: "burstIops", "maxIops") {
                try VolumeLimits(parameters).check()
            }
        }
        await expectRefusal(.invalidArgument, saying: "burstReadBps", "maxReadBps") {
            try VolumeLimits(["maxBps": "1Mi", "burstReadBps": "2Mi"]).check()
        }
    }

    @Test("No limit and none mentioned are the same")
    func same() throws {
        let some = try VolumeLimits(["maxIops": "5", "maxBps": "0"])
        #expect(some.isSame(as: VolumeLimits(recorded: ["maxIops": "5"])))
        #expect(!some.isSame(as: VolumeLimits(recorded: ["maxIops": "6"])))
        #expect(!some.isSame(as: VolumeLimits()))
        #expect(try VolumeLimits(["maxBps": "0"]).agree(with: some))
        #expect(VolumeLimits().agree(with: some))
        #expect(!some.agree(with: VolumeLimits()))
    }
}
