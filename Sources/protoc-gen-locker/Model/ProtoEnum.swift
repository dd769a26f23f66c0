// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GoogleWire

/// One enum type.
struct ProtoEnum {
    let name: String
    let values: [(name: String, number: Int32)]
    let comment: [String]

    init(_ raw: Google__Protobuf__EnumDescriptorProto, parent: String, path: [Int32], comments: ProtoComments) {
        self.name = text(raw.name)
        self.values = elements(raw.value, raw.n_value).map { (text($0.name), $0.number) }
        self.comment = comments.lines(path)
    }
}
