// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD

/// librbd's handle of an open image, closed once and on all paths; on one thread.
struct ImageHandle: ~Copyable {
    let raw: rbd_image_t

    init(_ raw: rbd_image_t) {
        self.raw = raw
    }

    /// Closes the image, writing back what is cached, and gives what `rbd_close` returned.
    consuming func close() -> CInt {
        let result = rbd_close(self.raw)
        discard self
        return result
    }

    /// Gives the handle away, to be closed by who takes it.
    consuming func release() -> rbd_image_t {
        let raw = self.raw
        discard self
        return raw
    }

    deinit {
        // The net under a closure that threw: its error is the one to report.
        _ = rbd_close(self.raw)
    }
}
