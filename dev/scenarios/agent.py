# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Does in a guest what a scenario on the host asks for.

The two share the folder /out: the host puts a question there as ask-N, a JSON object, and finds the answer as answer-N.
Every question has a thread of its own, so that one that waits for a silent cluster keeps no other from being answered.
"""
import json
import os
import subprocess
import sys
import threading
import time

import grpc
import records

OUT = "/out"
writers, programs, channels = {}, {}, {}


def start(name, arguments, log):
    """Starts a program that goes on."""
    with open(log, "ab") as file:
        programs[name] = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    return programs[name].pid


def end(name, signal):
    """Sends a program a signal and waits for its end."""
    program = programs.pop(name)
    program.send_signal(signal)
    return program.wait(timeout=60)


def replace(name, signal, arguments, log):
    """Ends a program and starts it again at once."""
    end(name, signal)
    return start(name, arguments, log)


def call(socket, method, request, timeout):
    """Makes a CSI call of bytes that the host has serialised."""
    if socket not in channels:
        deadline = time.monotonic() + timeout
        while not os.path.exists(socket) and time.monotonic() < deadline:
            time.sleep(0.05)
        channels[socket] = grpc.insecure_channel("unix:" + socket)
    try:
        answer = channels[socket].unary_unary("/csi.v1." + method)(
            bytes.fromhex(request), timeout=timeout, wait_for_ready=True)
        return {"bytes": answer.hex()}
    except grpc.RpcError as error:
        return {"code": error.code().name, "details": error.details()}


def run(command, timeout):
    """Runs a command of bash."""
    done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout, check=False)
    return {"code": done.returncode, "output": done.stdout.decode(errors="replace")}


def write(name, folder, seed):
    """Starts to write records; what is durable is told in /out/acknowledged-NAME."""
    os.makedirs(folder, exist_ok=True)
    writers[name] = records.Writer(folder, seed, os.path.join(OUT, "acknowledged-" + name))


def writer(name):
    """How far a writer has come."""
    return writers[name].state()


def stop(name):
    """Ends a writer."""
    return writers[name].stop()


def check(folder, seed, acknowledged):
    """Checks records."""
    try:
        return {"whole": records.check(folder, seed, acknowledged)}
    except (ValueError, OSError) as error:
        return {"fault": str(error)}


QUESTIONS = {each.__name__: each for each in (start, end, replace, call, run, write, writer, stop, check)}


def answer(number, question):
    """Answers in a file that is whole as soon as it is there."""
    try:
        result = {"result": QUESTIONS[question.pop("do")](**question)}
    except Exception as error:  # The host reports it: whatever went wrong here is the scenario's failure.
        result = {"failure": "%s: %s" % (type(error).__name__, error)}
    new = os.path.join(OUT, "answer-%d.new" % number)
    with open(new, "w") as file:
        json.dump(result, file)
    os.rename(new, os.path.join(OUT, "answer-%d" % number))


def main():
    number = 0
    print("agent: ready", flush=True)
    while True:
        path = os.path.join(OUT, "ask-%d" % number)
        if not os.path.exists(path):
            time.sleep(0.05)
            continue
        with open(path) as file:
            question = json.load(file)
        if question["do"] == "leave":
            return 0
        threading.Thread(target=answer, args=(number, question), daemon=True).start()
        number += 1


if __name__ == "__main__":
    sys.exit(main())
