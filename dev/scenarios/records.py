# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Numbered records in the files of a folder, each durable before the next, and the check that they are there.

What record N of a seed is made of can be computed, so that whoever reads knows every byte that has to be there. Files
take 32 records each, so that the filesystem's directory and its metadata change under way as well.
"""
import os
import random
import threading
import time

PER_FILE = 32


def record(seed, number):
    """The bytes of a record: 200 to 6000 of them."""
    source = random.Random("%s/%d" % (seed, number))
    return b"%08d " % number + source.randbytes(source.randint(200, 6000)) + b"\n"


def path(folder, number):
    """The file of a record."""
    return os.path.join(folder, "records-%05d" % (number // PER_FILE))


class Writer:
    """Writes records until it is stopped or fails, and tells each number that fsync has made durable."""

    def __init__(self, folder, seed, acknowledgements):
        self.folder, self.seed = folder, seed
        self.count, self.error, self.is_stopped, self.last, self.longest = 0, None, False, {}, 0.0
        # Another machine's file: a number in it is out of reach of whatever happens to this one.
        self.told = os.open(acknowledgements, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        file = folder = None
        try:
            folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            while not self.is_stopped:
                number = self.count
                if number % PER_FILE == 0:
                    if file is not None:
                        os.close(file)
                        file = None
                    file = os.open(path(self.folder, number), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
                data = record(self.seed, number)
                if os.write(file, data) != len(data):
                    raise OSError("a short write")
                start = time.monotonic()
                os.fsync(file)
                self.last = {"number": number, "fsync": time.monotonic() - start}
                self.longest = max(self.longest, self.last["fsync"])
                if number % PER_FILE == 0:
                    os.fsync(folder)
                os.write(self.told, b"%d\n" % number)
                self.count = number + 1
        except OSError as error:
            self.error = str(error)
        finally:
            # A filesystem with an open file is not unmounted.
            for each in (file, folder):
                if each is not None:
                    os.close(each)

    def state(self):
        """How far it has come, what went wrong, and the longest fsync since this was asked last."""
        longest, self.longest = self.longest, 0.0
        return {"count": self.count, "error": self.error, "running": self.thread.is_alive(), "last": self.last,
                "longest": longest}

    def stop(self):
        """Ends it after the record that it is at."""
        self.is_stopped = True
        self.thread.join()
        return self.state()


def check(folder, seed, acknowledged):
    """Compares what a folder has with what has to be there.

    Returns how many whole records there are; raises ValueError for one that was acknowledged and is not whole, and for
    more than the one that may have been under way.
    """
    whole = 0
    for index, name in enumerate(sorted(n for n in os.listdir(folder) if n.startswith("records-"))):
        if name != os.path.basename(path(folder, index * PER_FILE)):
            raise ValueError("%s is there, but not the file before it" % name)
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        offset = 0
        for number in range(index * PER_FILE, (index + 1) * PER_FILE):
            expected = record(seed, number)
            if data[offset:offset + len(expected)] != expected:
                if number < acknowledged:
                    raise ValueError("record %d is not what was written; %d were acknowledged" % (number, acknowledged))
                break
            whole, offset = number + 1, offset + len(expected)
    if whole < acknowledged:
        raise ValueError("%d records are there, but %d were acknowledged" % (whole, acknowledged))
    if whole > acknowledged + 1:
        raise ValueError("%d records are there, but only %d were acknowledged" % (whole, acknowledged))
    return whole
