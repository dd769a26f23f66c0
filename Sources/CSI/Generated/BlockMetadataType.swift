// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import ProtobufC

/// Whether all runs of one stream have the same length.
package struct BlockMetadataType: WireEnum {
    /// The number on the wire.
    package let rawValue: Int32

    /// The value with a number.
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// `UNKNOWN`.
    package static let unknown = Self(rawValue: 0)

    /// `FIXED_LENGTH`.
    package static let fixedLength = Self(rawValue: 1)

    /// `VARIABLE_LENGTH`.
    package static let variableLength = Self(rawValue: 2)

    /// Every value with its name in the proto file.
    package static let names: [(value: Self, name: String)] = [
        (.unknown, "UNKNOWN"),
        (.fixedLength, "FIXED_LENGTH"),
        (.variableLength, "VARIABLE_LENGTH"),
    ]
}
