// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// This version of Locker: `vendor_version` of GetPluginInfo, and what `locker version` prints.
package enum Version {
    package static let current = "0.1.0"
}
