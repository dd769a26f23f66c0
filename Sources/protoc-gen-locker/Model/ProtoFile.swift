// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GoogleWire

/// One proto file: what the generator needs of its FileDescriptorProto.
struct ProtoFile {
    let name: String
    let package: String
    let messages: [ProtoMessage]
    let enums: [ProtoEnum]
    let services: [ProtoService]

    init(_ raw: Google__Protobuf__FileDescriptorProto) {
        self.name = text(raw.name)
        let package = text(raw.package)
        self.package = package
        let comments = ProtoComments(raw.source_code_info)
        self.messages = elements(raw.message_type, raw.n_message_type).enumerated().map { index, message in
            ProtoMessage(message, parent: package, path: [4, Int32(index)], comments: comments)
        }
        self.enums = elements(raw.enum_type, raw.n_enum_type).enumerated().map { index, value in
            ProtoEnum(value, parent: package, path: [5, Int32(index)], comments: comments)
        }
        self.services = elements(raw.service, raw.n_service).enumerated().map { index, service in
            ProtoService(service, package: package, path: [6, Int32(index)], comments: comments)
        }
    }
}

/// The text of a C string, empty when there is none.
func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
}

/// The structures behind libprotobuf-c's array of pointers.
func elements<Raw>(_ array: UnsafeMutablePointer<UnsafeMutablePointer<Raw>?>?, _ count: Int) -> [Raw] {
    (0..<count).compactMap { array?[$0]?.pointee }
}
