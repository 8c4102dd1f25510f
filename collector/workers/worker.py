"""What runs inside a worker process: one job after another, to and from the socket at its standard input.

A message is a length (8 bytes, big-endian) and a pickle: a `Job` and its arguments come in, an `Answer` goes
out. The process ends when the socket does, so it does not outlive the collector; a job that hangs then is
ended by the process's own alarm. This file imports little, so that a worker starts fast; what a job needs is
imported when the first of its kind comes, so that a worker that only parses never pays for the extraction.
"""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
import warnings
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from collector.errors import CollectorError

# Resident bytes at which a worker leaves after its job: that frees what caches and a fragmented heap hold.
LEAVE_AT = 144 * 2**20

# The parent ends a job at its limit; the child's own alarm is for the case that there is no parent any more.
_ALARM_AFTER = 5

LENGTH_BYTES = 8  # before each message


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A kind of work: what a person calls it, the function as "module:name", and its limit in seconds; and the resident
    bytes at which its worker leaves.
    """

    name: str
    function: str
    seconds: float
    leave_at: int = LEAVE_AT


class Ending(StrEnum):
    """How a job ended inside a process that lived through it."""

    DONE = "done"  # the value is what the function returned
    REFUSED = "refused"  # the value is the CollectorError that it raised
    OUT_OF_MEMORY = "out-of-memory"
    FAILED = "failed"  # an error that nobody expected; the value is its traceback


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a job. `is_last` announces that the process leaves and must be replaced."""

    ending: Ending
    value: Any = None
    is_last: bool = False


def pack(message: object) -> bytes:
    """A message as it goes over the socket."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


def main(memory_limit: int) -> None:
    """Work until the socket ends. `memory_limit` in bytes holds for the heap of the whole process."""
    _settle_in(memory_limit)
    with socket.socket(fileno=os.dup(0)) as link, link.makefile("rb") as stream:
        while head := stream.read(LENGTH_BYTES):
            job, arguments = pickle.loads(stream.read(int.from_bytes(head, "big")))
            answer = _work(job, arguments)
            del arguments
            link.sendall(pack(answer))
            if answer.is_last:
                break


def _settle_in(memory_limit: int) -> None:
    """Whether to stop is the parent's decision, and only the parent writes logs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = memory_limit if hard == resource.RLIM_INFINITY else min(memory_limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _work(job: Job, arguments: tuple[Any, ...]) -> Answer:
    signal.setitimer(signal.ITIMER_REAL, job.seconds + _ALARM_AFTER)
    try:
        ending, value = Ending.DONE, _function(job.function)(*arguments)
    except CollectorError as error:
        ending, value = Ending.REFUSED, error
    except MemoryError:
        ending, value = Ending.OUT_OF_MEMORY, None
    except Exception:
        ending, value = Ending.FAILED, traceback.format_exc()
    signal.setitimer(signal.ITIMER_REAL, 0)
    is_last = ending is Ending.OUT_OF_MEMORY or _resident_bytes() > job.leave_at
    return Answer(ending=ending, value=value, is_last=is_last)


def _function(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def _resident_bytes() -> int:
    """What the process holds now; where the system does not tell, the most that it ever held."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
