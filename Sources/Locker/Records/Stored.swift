// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A value as it was read, with the bytes it was read from: what the next change compares with.
package struct Stored<Value: Sendable>: Sendable {
    /// The value.
    package var value: Value

    /// The bytes in the omap; empty for a key that is absent.
    package let raw: [UInt8]

    /// A value and its bytes.
    package init(_ value: Value, raw: [UInt8]) {
        self.value = value
        self.raw = raw
    }
}
