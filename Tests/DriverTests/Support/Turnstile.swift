// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Lets a few tests at a time start processes: each has three or four, and all at once would starve one another.
actor Turnstile {
    /// The one that all installations go through.
    static let shared = Turnstile(places: 3)

    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(places: Int) {
        self.places = places
    }

    /// Waits for a place.
    func enter() async {
        if self.places > 0 {
            self.places -= 1
        } else {
            await withCheckedContinuation { self.waiting.append($0) }
        }
    }

    /// Gives the place to whoever waits longest.
    func leave() {
        if self.waiting.isEmpty {
            self.places += 1
        } else {
            self.waiting.removeFirst().resume()
        }
    }
}
