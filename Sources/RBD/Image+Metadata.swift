// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import SystemPackage

// An image's metadata: texts by key in its header, for people and for librbd's own settings (keys that begin with
// "conf_"). It has no compare-and-set, so nothing that two processes may change is kept here.
extension Image {
    /// The value of a key, or `nil` if it is not set.
    package func metadata(_ key: String) throws -> String? {
        let raw = self.raw  // closures that capture a noncopyable `self` in a `do` crash Swift 6.3's compiler
        do {
            let (text, _) = try withText(call: "rbd_metadata_get", object: key) { rbd_metadata_get(raw, key, $0, &$1) }
            return String(nulTerminated: text)
        } catch  where error.code == .noSuchFileOrDirectory {
            return nil
        } catch {
            throw CephError(call: error.call, code: error.code, object: "\(self.path): \(key)")
        }
    }

    /// Sets a key.
    package func setMetadata(_ key: String, to value: String) throws {
        try check(rbd_metadata_set(self.raw, key, value), "rbd_metadata_set", "\(self.path): \(key)")
    }

    /// Removes a key.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if it is not set.
    package func removeMetadata(_ key: String) throws {
        try check(rbd_metadata_remove(self.raw, key), "rbd_metadata_remove", "\(self.path): \(key)")
    }

    /// All keys and values.
    package func metadata() throws -> [String: String] {
        var all: [String: String] = [:]
        var last = ""
        while true {
            let page = try self.metadataPage(after: last)
            guard let end = page.last?.key else { return all }
            for (key, value) in page { all[key] = value }
            last = end
        }
    }

    private func metadataPage(after start: String) throws -> [(key: String, value: String)] {
        var keys = [CChar](repeating: 0, count: 1024)
        var values = [CChar](repeating: 0, count: 4096)
        while true {
            var keysLength = keys.count
            var valuesLength = values.count
            let result = rbd_metadata_list(self.raw, start, 64, &keys, &keysLength, &values, &valuesLength)
            if result == -Errno.outOfRange.rawValue {
                keys = [CChar](repeating: 0, count: max(keys.count, keysLength))
                values = [CChar](repeating: 0, count: max(values.count, valuesLength))
                continue
            }
            try check(result, "rbd_metadata_list", self.path)
            // A value may be empty, so the values are cut at each NUL rather than read as a list of non-empty texts.
            let names = String.list(nulSeparated: keys, length: keysLength)
            let texts = values.prefix(valuesLength).split(separator: 0, omittingEmptySubsequences: false)
            return zip(names, texts).map { (key: $0, value: String(nulTerminated: Array($1))) }
        }
    }
}
