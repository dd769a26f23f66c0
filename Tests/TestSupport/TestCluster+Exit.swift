// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Dispatch
internal import Glibc
internal import Rados
internal import Synchronization

// `exit` runs librados' static destructors while its threads still use what they destroy, and so does a connection that
// is just being ended on a pool's thread: about one process in ten crashed at its end.
extension TestCluster {
    private static let opened = Mutex<[TestCluster]>([])

    /// Registered when the first cluster is, so after librados' own handlers and called before them.
    private static let handler: CInt = atexit {
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            for cluster in TestCluster.opened.withLock({ $0 }) { await cluster.disconnect() }
            isDone.signal()
        }
        // Not for ever: a test that failed may have left a call behind that never ends.
        _ = isDone.wait(timeout: .now() + 10)
    }

    /// Has the connections ended before the process is.
    func disconnectAtExit() {
        _ = Self.handler
        Self.opened.withLock { $0.append(self) }
    }

    /// Ends the common connection, and waits for those that are being ended.
    private func disconnect() async {
        if let common = self.takeCommonConnection(), case .success(let connection) = await common.result {
            await connection.close()
        }
        await self.threads.shutdown()
    }
}
