// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CCryptsetup
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A context of libcryptsetup's, freed on all paths; its words on a failure go into the error and nowhere else.
///
/// It never leaves the closure that it is lent to. See: libcryptsetup.h.
struct CryptContext: ~Copyable {
    /// The library's handle.
    let raw: OpaquePointer
    private let object: String
    private let words = CryptWords()

    /// Lends a context to `body`, alone among all threads: libdevmapper below keeps lists of its own without a lock.
    ///
    /// It is the one place where calls are made with a lock held. They end by themselves: key derivation is cheap (see
    /// ``LUKSHeader``), and callers have read the device before, so that a silent cluster is noticed outside.
    ///
    /// - Parameters:
    ///   - object: what errors name.
    ///   - call: the call that makes the context, and its name.
    @discardableResult
    static func with<Result>(
        _ object: String,
        _ call: String,
        _ make: (UnsafeMutablePointer<OpaquePointer?>) -> CInt,
        _ body: (borrowing CryptContext) throws(HostError) -> Result
    ) throws(HostError) -> Result {
        try Self.turn.withLock { (isPrepared) throws(HostError) in
            if !isPrepared {
                Self.prepare()
                isPrepared = true
            }
            var raw: OpaquePointer?
            let result = make(&raw)
            guard result >= 0, let raw else {
                throw HostError(call: call, code: Errno(rawValue: result < 0 ? -result : ENOMEM), object: object)
            }
            return try body(CryptContext(raw, object))
        }
    }

    private static let turn = Mutex(false)

    /// Once, before the first context.
    private static func prepare() {
        // The library prints what has no context; what has one comes to `CryptWords`.
        crypt_set_log_callback(nil, { _, _, _ in }, nil)
        // Its locks in /run/cryptsetup guard changes of headers, which Locker makes in memory only.
        _ = crypt_metadata_locking(nil, 0)
        // Device files are made here, not waited for: in a container udev's semaphores are not ours, and the wait has no
        // end. See: man 8 dmsetup, DM_DISABLE_UDEV.
        dm_udev_set_sync_support(0)
    }

    private init(_ raw: OpaquePointer, _ object: String) {
        self.raw = raw
        self.object = object
        crypt_set_log_callback(raw, heard, Unmanaged.passUnretained(self.words).toOpaque())
    }

    deinit {
        crypt_free(self.raw)
    }

    /// Makes a call that answers a negative errno on failure.
    ///
    /// - Throws: ``HostError`` with what the library had to say.
    @discardableResult
    func check(_ call: String, _ body: (OpaquePointer) -> CInt) throws(HostError) -> CInt {
        self.words.text.withLock { $0 = "" }
        let result = body(self.raw)
        guard result < 0 else { return result }
        let note = self.words.text.withLock { $0 }
        throw HostError(call: call, code: Errno(rawValue: -result), object: self.object, note: note)
    }
}

/// What the library said since the last call.
private final class CryptWords: Sendable {
    let text = Mutex("")
}

private func heard(_ level: CInt, _ message: UnsafePointer<CChar>?, _ context: UnsafeMutableRawPointer?) {
    guard level == CRYPT_LOG_ERROR, let message, let context else { return }
    let words = String(cString: message).split(whereSeparator: \.isNewline).joined(separator: " ")
    Unmanaged<CryptWords>.fromOpaque(context).takeUnretainedValue().text.withLock {
        $0 += $0.isEmpty ? words : " \(words)"
    }
}
