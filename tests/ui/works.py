"""Things for worker processes to do in tests."""

import os
import threading
import time


def pid(on_progress):
    return os.getpid()


def compute(seconds, on_progress):
    """Keep the processor busy; of the share done nothing is known."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        on_progress(0.0)
    return os.getpid()


def fail(words, on_progress):
    raise ValueError(words)


def die(on_progress):
    os._exit(1)


def listen_to_nobody(on_progress):
    on_progress(0.0)
    threading.Event().wait()


def give_a_function(on_progress):
    return lambda: None


def talk(words, on_progress):
    print(words, flush=True)
    os.write(1, words.encode())
    return words
