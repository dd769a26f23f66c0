// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Locker

/// In debug builds, kills the process with SIGKILL when it reaches the step that `LOCKER_KILL_AT_STEP` names: how tests
/// stop a process between any two steps. In release builds there is no such thing.
enum KillStep {
    static var hook: StepHook {
        #if DEBUG
            guard let fatal = ProcessEnvironment.value("LOCKER_KILL_AT_STEP") else { return .none }
            return StepHook { step in
                if step == fatal { kill(getpid(), SIGKILL) }
            }
        #else
            return .none
        #endif
    }
}
