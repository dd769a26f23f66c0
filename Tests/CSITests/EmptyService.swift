// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI

/// Serves nothing but what the generated defaults answer.
struct EmptyService: IdentityService, ControllerService, GroupControllerService, SnapshotMetadataService, NodeService {}
