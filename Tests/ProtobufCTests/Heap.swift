// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc

/// The C heap's own figures.
enum Heap {
    private typealias MallocInfo = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32

    /// Bytes in use in all arenas, those that are mapped alone included; nil when glibc does not tell.
    ///
    /// Other threads allocate too: for a process that runs nothing else. Swift's Glibc module has no `malloc.h`, so
    /// `malloc_info` is looked up; it writes XML of which the last elements are the totals.
    static func bytesInUse() -> Int? {
        guard let symbol = dlsym(nil, "malloc_info") else { return nil }
        let mallocInfo = unsafeBitCast(symbol, to: MallocInfo.self)
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        guard let stream = open_memstream(&text, &size) else { return nil }
        let result = mallocInfo(0, stream)
        fclose(stream)
        defer { free(text) }
        guard result == 0, let text else { return nil }
        let xml = String(cString: text)
        guard let system = self.last("<system type=\"current\"", in: xml),
            let fast = self.last("<total type=\"fast\"", in: xml),
            let rest = self.last("<total type=\"rest\"", in: xml),
            let mapped = self.last("<total type=\"mmap\"", in: xml)
        else { return nil }
        return system + mapped - fast - rest
    }

    /// The `size` of the last element that begins so: the one for all arenas together.
    private static func last(_ element: String, in xml: String) -> Int? {
        xml.split(separator: "\n").last { $0.hasPrefix(element) }?
            .split(separator: "\"").suffix(2).first.flatMap { Int($0) }
    }
}
