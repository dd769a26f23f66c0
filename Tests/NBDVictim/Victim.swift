// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import SystemPackage

/// A process that serves a file to whoever stands for the kernel, to be killed at any moment, and its successors:
///
///     nbd-victim STORE FILE new       serves on its standard input
///     nbd-victim STORE FILE next      goes on with what its predecessor has left in the store
///
/// Prints "new", or "next" and how many requests were under way; ends with 3 where that is not known.
@main
enum Victim {
    private static let name = "victim"
    private static let journalName = "journal"

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4 else {
            print("usage: nbd-victim STORE FILE new|next")
            exit(2)
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let store = DescriptorStore(at: FilePath(arguments[1]))
        let backend = try SharedFile(FilePath(arguments[2]))
        let isNew = arguments[3] == "new"
        let left = isNew ? nil : store.take(Self.journalName)
        let reactor = try NBDReactor(journal: try left.map { try NBDJournal(adopting: $0) })
        store.keep(reactor.journal.file, named: Self.journalName)
        let server = NBDServer(backend, on: reactor, name: Self.name, store: store) { error in
            // The test's end of a connection that it has given up.
            if error.code.rawValue != ECONNRESET { print("failed: \(error)") }
        }
        if isNew {
            store.dropLeft { _ in false }
            try server.serve(dup(0))
            print("new")
        } else {
            guard let socket = store.take(Self.name), let requests = try server.resume(on: socket) else {
                store.drop(Self.name)
                exit(3)
            }
            print("next \(requests)")
        }
        fflush(nil)
        // Asked to end, it leaves everything in order.
        var signal: CInt = 0
        sigwait(&signals, &signal)
        reactor.leave()
    }
}
