// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GoogleWire

/// The comments of a proto file, by the path of what they stand before (see SourceCodeInfo in descriptor.proto).
struct ProtoComments {
    private var leading: [[Int32]: String] = [:]

    init(_ info: UnsafeMutablePointer<Google__Protobuf__SourceCodeInfo>?) {
        guard let info else { return }
        for location in elements(info.pointee.location, info.pointee.n_location) {
            guard let comment = location.leading_comments else { continue }
            let path = (0..<location.n_path).map { location.path[$0] }
            self.leading[path] = String(cString: comment)
        }
    }

    /// The lines of the comment before the element with `path`, without the leading blank.
    func lines(_ path: [Int32]) -> [String] {
        guard let comment = self.leading[path] else { return [] }
        var lines = comment.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.first == " " ? line.dropFirst() : line)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
