// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A protobuf enum in Swift: any number may come over the wire, known or not, and survives.
package protocol WireEnum: Sendable, Hashable, RawRepresentable, CustomStringConvertible where RawValue == Int32 {
    /// The value with a number.
    init(rawValue: Int32)

    /// Every value of the proto file and its name there, in order.
    static var names: [(value: Self, name: String)] { get }
}

extension WireEnum {
    /// The value's name in the proto file, or its number when it has none.
    package var description: String {
        Self.names.first { $0.value == self }?.name ?? "\(self.rawValue)"
    }
}
