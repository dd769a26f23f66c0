// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc

extension NBDConnection {
    /// Goes on with what a dead process has left under way, if that is known; called before the loop has the connection.
    ///
    /// Nothing of that process may reach the backend any more. What it had begun is done again: it has answered none of
    /// that, so no write that came later is written over.
    ///
    /// - Returns: how many requests that are; `nil` if it is not known: the connection is of no use then.
    func resume() -> Int? {
        guard let left = self.leftovers(), self.reader.isClear(partial: left.collecting) else {
            self.link.dropSlots()
            return nil
        }
        var requests = left.whole
        // Written down, and the process was killed before it had noted that it went on behind its header.
        if let handle = self.reader.nextHandle { requests.removeAll { $0.handle == handle } }
        if let begun = requests.firstIndex(where: { $0.sentBefore > 0 }) {
            let request = requests.remove(at: begun)
            self.finishAnswer(request)
        }
        for request in requests { self.perform(request) }
        if case .ended = self.reader.resume(for: self) { _ = shutdown(self.file, CInt(SHUT_RDWR)) }
        return left.whole.count
    }

    private func leftovers() -> (whole: [NBDRequest], collecting: NBDRequest?)? {
        guard self.link.isKept, !self.link.isSending, self.link.loose == 0 else { return nil }
        let partial = self.link.reading.partial
        var (whole, collecting): ([NBDRequest], NBDRequest?) = ([], nil)
        for number in self.link.leftSlots {
            guard let slot = self.link.slot(number) else { return nil }
            guard let request = NBDRequest.resumed(in: slot, on: self) else {
                slot.giveBack()
                return nil
            }
            // What was being collected and is not noted as such is staged still.
            if slot.isPending { whole.append(request) } else if number + 1 == partial { collecting = request }
        }
        // One whose last bytes have come, and the process was killed before it had noted that.
        if partial > 0, collecting == nil {
            guard let index = whole.firstIndex(where: { $0.slot?.number == partial - 1 }) else { return nil }
            collecting = whole.remove(at: index)
        }
        return (whole, collecting)
    }
}
