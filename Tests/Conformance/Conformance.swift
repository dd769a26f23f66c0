// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Testing

/// What a plugin has to answer, checked through CSI calls alone against the endpoint of ``Peer``.
///
/// Each test's name begins with the rules of Fixtures/rules.md that it checks; ``RuleListTests`` compares the two.
@Suite(.peer, .timeLimit(.minutes(3)))
struct Conformance {}
