// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GoogleWire
internal import ProtobufC

/// Collects generated files and writes them to standard output as a CodeGeneratorResponse.
struct ResponseWriter {
    private var files: [(name: String, content: String)] = []

    mutating func add(name: String, content: String) {
        self.files.append((name, content))
    }

    /// Writes the response; ends the program when a file holds what C cannot carry.
    func write() {
        do {
            StandardStreams.write(try self.encoded())
        } catch {
            StandardStreams.fail("\(error)")
        }
    }

    private func encoded() throws(WireError) -> [UInt8] {
        typealias Response = Google__Protobuf__Compiler__CodeGeneratorResponse
        typealias File = Google__Protobuf__Compiler__CodeGeneratorResponse__File
        let arena = WireArena()
        let descriptor = WireDescriptor(google__protobuf__compiler__code_generator_response__init)
        let response = arena.structure(descriptor)
        var pointers: [UnsafeMutablePointer<File>?] = []
        for file in self.files {
            let wire = arena.structure(in: descriptor, field: 15, as: File.self)
            wire.pointee.name = try arena.string(file.name, "CodeGeneratorResponse.File.name")
            wire.pointee.content = try arena.string(file.content, "CodeGeneratorResponse.File.content")
            pointers.append(wire)
        }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            let typed = response.assumingMemoryBound(to: Response.self)
            typed.pointee.n_file = buffer.count
            typed.pointee.file = buffer.baseAddress
            return arena.packed(response)
        }
    }
}
