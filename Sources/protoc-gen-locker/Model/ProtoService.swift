// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GoogleWire

/// One service.
struct ProtoService {
    /// One method of a service.
    struct Method {
        let name: String
        /// Full names without the leading dot.
        let request: String
        let response: String
        let streams: Bool
        let comment: [String]
    }

    let name: String
    let fullName: String
    let methods: [Method]
    let comment: [String]

    init(_ raw: Google__Protobuf__ServiceDescriptorProto, package: String, path: [Int32], comments: ProtoComments) {
        self.name = text(raw.name)
        self.fullName = "\(package).\(text(raw.name))"
        self.comment = comments.lines(path)
        self.methods = elements(raw.method, raw.n_method).enumerated().map { index, method in
            precondition(method.client_streaming == 0, "\(text(method.name)): client streams are not generated")
            return Method(
                name: text(method.name),
                request: String(text(method.input_type).dropFirst()),
                response: String(text(method.output_type).dropFirst()),
                streams: method.server_streaming != 0,
                comment: comments.lines(path + [2, Int32(index)])
            )
        }
    }
}
