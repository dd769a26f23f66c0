// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Redaction
internal import SystemPackage
internal import Testing

/// The plain values of the Rados room.
struct ValueTests {
    @Test("An error says call, object, words and the errno's name")
    func description() {
        let error = CephError(call: "rbd_open", result: -2, object: "students/x")
        #expect(error.code == .noSuchFileOrDirectory)
        #expect("\(error)" == "rbd_open(students/x): No such file or directory (ENOENT)")
        #expect("\(CephError(call: "c", result: -108, object: "o"))".hasSuffix("(ESHUTDOWN)"))
        #expect("\(CephError(call: "c", result: -4095, object: "o"))".contains("errno 4095"))
    }

    @Test("check() throws on a negative result only", arguments: [0, 1, 4096])
    func checking(result: Int) throws {
        #expect(try check(result, "call", "object") == result)
        #expect(throws: CephError(call: "call", code: .invalidArgument, object: "object")) {
            try check(-22, "call", "object")
        }
    }

    @Test("Texts of C buffers end at the NUL; lists at what the call filled")
    func texts() {
        #expect(String(nulTerminated: [104, 105, 0, 120]) == "hi")
        #expect(String(nulTerminated: [104, 105]) == "hi")
        #expect(String(nulTerminated: [-1, 0]) == "\u{FFFD}")
        #expect(String.list(nulSeparated: [97, 0, 98, 99, 0, 120, 0], length: 5) == ["a", "bc"])
        #expect(String.list(nulSeparated: [0, 0], length: 2).isEmpty)
        #expect([UInt8](copying: nil, count: 7).isEmpty)
    }

    @Test("A target never shows its key")
    func redaction() {
        let target = ClusterTarget(monitors: ["10.0.0.1"], user: "csi", key: "AQBsecretsecret")
        #expect(!"\(target)".contains("AQBsecret"))
        #expect(!String(reflecting: target).contains("AQBsecret"))
        var dumped = ""
        dump(target, to: &dumped)
        #expect(!dumped.contains("AQBsecret"))
    }
}
