// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Synchronization

/// What a step hook throws to end an operation as a killed process would: nothing after the step is done.
struct Interruption: Error, Hashable {
    let step: String

    /// A hook that ends the operation at a step, the first time it is reached.
    static func hook(at step: String, noting events: EventLog? = nil) -> StepHook {
        let isOver = Mutex(false)
        return StepHook { reached in
            events?.note(reached)
            let isFirst = isOver.withLock { over in
                if over || reached != step { return false }
                over = true
                return true
            }
            if isFirst { throw Interruption(step: step) }
        }
    }
}
