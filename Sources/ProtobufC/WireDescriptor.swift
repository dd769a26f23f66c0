// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CProtobufC

/// libprotobuf-c's static description of one message type.
///
/// `@unchecked`: the description is constant data of the program, written by the C compiler and never changed.
package struct WireDescriptor: @unchecked Sendable {
    /// The description itself; valid for the life of the program.
    package let pointer: UnsafePointer<ProtobufCMessageDescriptor>

    /// Keeps a description.
    package init(_ pointer: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.pointer = pointer
    }

    /// Takes the description from the message's generated `…__init` function.
    ///
    /// A C constant's address cannot be taken in Swift without a copy; what an initialised structure points to is the
    /// constant itself.
    ///
    /// - Parameter initialise: The `…__init` function that protoc-c wrote for the C type `Raw`.
    package init<Raw>(_ initialise: (UnsafeMutablePointer<Raw>) -> Void) {
        let raw = UnsafeMutablePointer<Raw>.allocate(capacity: 1)
        defer { raw.deallocate() }
        initialise(raw)
        // Every structure of protoc-c begins with a ProtobufCMessage.
        self.pointer = UnsafeRawPointer(raw).loadUnaligned(as: ProtobufCMessage.self).descriptor
    }

    /// The message's full name.
    package var name: String {
        String(cString: self.pointer.pointee.name)
    }

    /// The size of the C structure, in bytes.
    package var size: Int {
        self.pointer.pointee.sizeof_message
    }

    /// The field with a number, if the message has one.
    package func field(_ number: UInt32) -> UnsafePointer<ProtobufCFieldDescriptor>? {
        protobuf_c_message_descriptor_get_field(self.pointer, number)
    }

    /// The description of the message that a field holds.
    ///
    /// - Parameter number: The number of a message field; the generated code names no other.
    package func message(in number: UInt32) -> WireDescriptor {
        guard let descriptor = self.field(number)?.pointee.descriptor else {
            preconditionFailure("field \(number) of \(self.name) holds no message: generated code is out of step")
        }
        return WireDescriptor(descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
    }
}
