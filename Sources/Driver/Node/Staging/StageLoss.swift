// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a staged volume has lost, so that it has to be staged anew.
enum StageLoss: Sendable {
    /// Its device: the process that served it has died.
    case device
    /// Its client, which was fenced; the device is served still, and fails.
    case client
    /// Its mount: a process that staged it anew was killed before.
    case mount
}
