// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import GoogleWire

/// protoc's plugin: reads a CodeGeneratorRequest on standard input and answers with Swift files on standard output.
///
/// `--locker_opt=wire=CSIWire` names the C target that protoc-c's output is in; with `unknown=keep` messages keep the fields
/// that they do not know, as is right for what is stored and changed.
@main
enum Plugin {
    static func main() {
        let input = StandardStreams.readAll()
        let unpacked = input.withUnsafeBufferPointer { bytes in
            google__protobuf__compiler__code_generator_request__unpack(nil, bytes.count, bytes.baseAddress)
        }
        guard let request = unpacked else {
            StandardStreams.fail("standard input is not a CodeGeneratorRequest; protoc runs this program")
        }
        let parameter = request.pointee.parameter.map { String(cString: $0) } ?? ""
        let wire = Self.option("wire", in: parameter) ?? "Wire"
        let keepsUnknown = Self.option("unknown", in: parameter) == "keep"
        let wanted = Set(
            (0..<request.pointee.n_file_to_generate).compactMap { index in
                request.pointee.file_to_generate[index].map { String(cString: $0) }
            }
        )
        var answer = ResponseWriter()
        for index in 0..<request.pointee.n_proto_file {
            guard let raw = request.pointee.proto_file[index] else { continue }
            let file = ProtoFile(raw.pointee)
            guard wanted.contains(file.name) else { continue }
            for generated in FileGenerator(file: file, wire: wire, keepsUnknown: keepsUnknown).files() {
                answer.add(name: generated.name, content: generated.content)
            }
        }
        google__protobuf__compiler__code_generator_request__free_unpacked(request, nil)
        answer.write()
    }

    private static func option(_ name: String, in parameter: String) -> String? {
        for pair in parameter.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name { return String(parts[1]) }
        }
        return nil
    }
}
