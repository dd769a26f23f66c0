# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Tells the stories, and ends with a table of what came of them. Words pick those whose name has one of them."""
import signal
import subprocess
import sys
import time
import traceback

import charted_stories
import failures
import stories
from api import Wrong
from world import Skipped, World

STORIES = stories.STORIES + failures.STORIES


def tell(world, story):
    """A story in a namespace of its own; how it ended and what it said."""
    namespace = "e2e-" + story.__name__.replace("_", "-")
    try:
        note = story(world, world.namespace(namespace))
        world.clear(namespace)
        return "passed", note or ""
    except Skipped as skipped:
        world.clear(namespace)
        return "skipped", str(skipped)
    except Exception as error:  # pylint: disable=broad-except  # Whatever it is, the next story is told.
        if not isinstance(error, Wrong):
            traceback.print_exc()
        try:
            world.clear(namespace)
        except Exception as other:  # pylint: disable=broad-except  # The story's own failure is the news.
            print("e2e: %s is not cleared: %s" % (namespace, other), flush=True)
        return "FAILED", str(error) if isinstance(error, Wrong) else "%s: %s" % (type(error).__name__, error)


def main(words):
    """Tells all stories, or some."""
    charted = "--chart" in words
    standins = "--sidecars" in words
    words = [word for word in words if word not in ("--chart", "--sidecars")]
    told = charted_stories.STORIES if charted else STORIES
    if words == ["--list"]:
        for story in told:
            print("  %-24s %s" % (story.__name__, story.__doc__))
        return 0
    wanted = [story for story in told if not words or any(word in story.__name__ for word in words)]
    if not wanted:
        print("e2e: no story is called %s: see dev/e2e --list" % " or ".join(words), file=sys.stderr)
        return 2
    # What is ended from outside cleans up as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun, table = time.monotonic(), []
    try:
        world = World(charted, standins)
    except (Wrong, subprocess.SubprocessError) as wrong:
        print("e2e: FAILED: %s" % wrong)
        return 1
    try:
        print("e2e: %5.1f s: %s is on %s" % (time.monotonic() - begun, world.driver, ", ".join(world.nodes)), flush=True)
        for story in wanted:
            start = time.monotonic()
            result, note = tell(world, story)
            table.append((story.__name__, result, time.monotonic() - start, note))
            print("e2e: %5.1f s: %s: %s: %s%s" % (
                time.monotonic() - begun, story.__name__, result, story.__doc__, " (%s)" % note if note else ""), flush=True)
    finally:
        count = {result: sum(row[1] == result for row in table) for result in ("passed", "FAILED", "skipped")}
        world.leave(failed=count["FAILED"] > 0 or len(table) < len(wanted))
    print()
    for name, result, took, note in table:
        print("e2e: %-7s %6.1f s  %-22s %s" % (result, took, name, note.splitlines()[0][:200] if note else ""))
    print("%d passed, %d failed, %d skipped" % (count["passed"], count["FAILED"], count["skipped"]))
    return 1 if count["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
