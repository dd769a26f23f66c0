// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Telemetry
import Testing

/// `--http-endpoint`.
@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9809", "127.0.0.1", 9809), (":9809", "", 9809), ("[::1]:80", "::1", 80),
        ("localhost:0", "localhost", 0),
    ])
    func `an address with a port is read and written`(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "9809", "127.0.0.1", "127.0.0.1:", ":65536", ":-1", ":+1", "::1:80", "[]:80", "a b:1", "/x:1",
    ])
    func `anything else is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
