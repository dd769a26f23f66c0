// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import Synchronization

/// Tells a closure when the image's header has changed.
final class UpdateWatch: Sendable {
    let handle: UInt64
    private let target: UpdateTarget

    init(handle: UInt64, target: UpdateTarget) {
        self.handle = handle
        self.target = target
    }
}

/// What librbd's callback is lent: it lives as long as the watch.
final class UpdateTarget: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

extension LiveImage {
    /// Calls `body` each time the image's header has changed: resized, snapshotted, its features switched.
    ///
    /// - Parameter body: called on a thread of librbd until the image is closed; must not block, nor call the image.
    /// - Throws: ``Rados/CephError``. Only one closure at a time: a second call replaces the first.
    package func onUpdate(_ body: @escaping @Sendable () -> Void) async throws {
        let target = UpdateTarget(body)
        try await self.context.blocking {
            try self.withOpen("rbd_update_watch") { raw in
                var handle: UInt64 = 0
                let context = Unmanaged.passUnretained(target).toOpaque()
                try check(rbd_update_watch(raw, &handle, headerUpdated, context), "rbd_update_watch", self.path)
                let watch = UpdateWatch(handle: handle, target: target)
                let old = self.state.withLock { state in
                    let old = state.updates
                    state.updates = watch
                    return old
                }
                if let old {
                    try check(rbd_update_unwatch(raw, old.handle), "rbd_update_unwatch", self.path)
                    withExtendedLifetime(old) {}
                }
            }
        }
    }
}

private func headerUpdated(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    Unmanaged<UpdateTarget>.fromOpaque(context).takeUnretainedValue().body()
}
