"""What strangers send can kill a worker process, and nothing else. Real processes; the jobs are Python's."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from collector.errors import ExtractError, WorkerError
from collector.workers.pool import Workers
from collector.workers.worker import LEAVE_AT, Job

PID = Job(name="asking", function="os:getpid", seconds=10)
LENGTH = Job(name="measuring", function="builtins:len", seconds=10)
SLEEP = Job(name="sleeping", function="time:sleep", seconds=10)
SLEEP_TOO_LONG = Job(name="sleeping", function="time:sleep", seconds=0.3)
ALLOCATE = Job(name="allocating", function="builtins:bytearray", seconds=10)
EXIT = Job(name="leaving", function="os:_exit", seconds=10)
CRASH = Job(name="crashing", function="ctypes:string_at", seconds=10)
DIVIDE = Job(name="dividing", function="operator:truediv", seconds=10)
COPY = Job(name="copying", function="builtins:bytes", seconds=10)
EXECUTE = Job(name="executing", function="builtins:exec", seconds=10)

LIMIT = 128 * 2**20


@pytest.fixture
async def workers():
    pool = Workers(2, LIMIT)
    yield pool
    await pool.close()


def is_there(pid: int) -> bool:
    """Whether the process runs, or ended and has not been waited for."""
    return Path(f"/proc/{pid}").exists()


def is_running(pid: int) -> bool:
    """Whether the process runs: one that ended and has not been waited for does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def child_pids() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


async def test_a_job_runs_in_another_process_that_stays_for_the_next(workers):
    """One job after another is done by one warm process, which is not this one."""
    pids = [await workers.run(PID) for _ in range(3)]

    assert len(set(pids)) == 1
    assert os.getpid() not in pids


async def test_jobs_that_one_worker_keeps_up_with_start_no_other(workers):
    """A worker costs time to start: a short burst waits for the one that there is."""
    assert len(set(await asyncio.gather(*(workers.run(PID) for _ in range(20))))) == 1


async def test_a_queue_that_does_not_end_brings_the_others(workers):
    """Work for longer than half a second is shared; the job that takes long keeps nobody waiting."""
    busy = asyncio.create_task(workers.run(SLEEP, 5))
    await asyncio.sleep(0.1)

    async with asyncio.timeout(3):
        await workers.run(PID)

    busy.cancel()


async def test_jobs_at_once_run_side_by_side_and_no_more_than_there_are_places(workers):
    """Six sleeps of 0.2 s on two workers take three rounds, not six and not one."""
    await asyncio.gather(*(workers.run(SLEEP, 0.3) for _ in range(4)))
    start = time.monotonic()

    await asyncio.gather(*(workers.run(SLEEP, 0.2) for _ in range(6)))

    assert 0.6 <= time.monotonic() - start < 1.1


async def test_many_waiting_jobs_all_get_their_own_answer(workers):
    """A queue far longer than the pool mixes nothing up, large bodies included."""
    bodies = [b"x" * (i * 7919 % 300_000) for i in range(200)]

    assert await asyncio.gather(*(workers.run(LENGTH, body) for body in bodies)) == [len(b) for b in bodies]


async def test_a_large_body_and_a_large_answer_pass(workers):
    """Messages beyond every buffer on the way arrive whole."""
    body = os.urandom(15 * 2**20)

    assert await workers.run(COPY, body) == body


@pytest.mark.parametrize(
    ("job", "argument", "reason"),
    [
        (SLEEP_TOO_LONG, 60, "sleeping was ended after 0.3 s"),
        (ALLOCATE, 2**30, "allocating needed more than 128 MiB"),
        (EXIT, 3, "leaving failed: its process ended with exit code 3"),
        (CRASH, 1, "crashing failed: its process was killed by SIGSEGV"),
    ],
)
async def test_an_input_that_ends_its_worker_costs_that_input_alone(workers, job, argument, reason):
    """The error says what happened; jobs beside it and after it are answered, by a new process if need be."""
    bad, beside = await asyncio.gather(workers.run(job, argument), workers.run(LENGTH, b"abc"), return_exceptions=True)

    assert isinstance(bad, WorkerError)
    assert str(bad) == reason
    assert beside == 3
    assert await asyncio.gather(*(workers.run(LENGTH, b"abcd") for _ in range(4))) == [4, 4, 4, 4]


async def test_an_ended_worker_leaves_no_process_behind():
    """A hanging process is killed and waited for by the time its caller hears of it."""
    pool = Workers(1, LIMIT)
    pid = await pool.run(PID)

    with pytest.raises(WorkerError):
        await pool.run(SLEEP_TOO_LONG, 60)

    assert not is_there(pid)
    assert await pool.run(PID) != pid
    await pool.close()


async def test_a_worker_that_was_killed_while_idle_is_replaced_unnoticed(workers):
    """The system may kill an idle process; the next input is not blamed for it."""
    pid = await workers.run(PID)
    os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.1)

    assert await workers.run(PID) != pid


async def test_a_worker_that_has_grown_leaves_after_its_answer():
    """What jobs leave in memory does not pile up: the answer counts, then the process is replaced."""
    pool = Workers(1, 2 * LEAVE_AT)
    pid = await pool.run(PID)

    await pool.run(EXECUTE, "import keyword; keyword.kept = b'x' * 2**20")
    assert await pool.run(PID) == pid

    await pool.run(EXECUTE, f"import keyword; keyword.kept = b'x' * {LEAVE_AT}")
    assert await pool.run(PID) != pid
    await pool.close()


async def test_the_own_error_of_a_job_arrives_as_it_was_raised(workers):
    """A page that holds no article is the page's outcome, not the worker's."""
    with pytest.raises(ExtractError):
        await workers.extract(b"", "https://a.example/")


async def test_an_error_that_nobody_expected_is_named_and_keeps_its_traceback(workers):
    """A bug in a job is told in one line; where it happened is in the note."""
    with pytest.raises(WorkerError) as caught:
        await workers.run(DIVIDE, 1, 0)

    assert str(caught.value) == "dividing failed: ZeroDivisionError: division by zero"
    assert "Traceback" in caught.value.__notes__[0]


async def test_a_cancelled_job_does_not_answer_the_next_one(workers):
    """Whoever stops waiting takes the worker along; the next job gets its own answer."""
    task = asyncio.create_task(workers.run(SLEEP, 60))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await asyncio.gather(*(workers.run(LENGTH, b"ab") for _ in range(3))) == [2, 2, 2]


async def test_closing_ends_busy_and_waiting_jobs_at_once():
    """Two jobs in hand, one waiting: all three get an error, and no process is left."""
    pool = Workers(2, LIMIT)
    pids = await asyncio.gather(pool.run(PID), pool.run(PID))
    jobs = [asyncio.create_task(pool.run(SLEEP, 60)) for _ in range(3)]
    await asyncio.sleep(0.1)
    start = time.monotonic()

    await pool.close()
    answers = await asyncio.gather(*jobs, return_exceptions=True)

    assert time.monotonic() - start < 2
    assert [str(a) for a in answers] == ["the workers have been stopped"] * 3
    assert not any(map(is_there, pids))


async def test_no_process_is_started_before_the_first_job():
    """A program that only meets unchanged feeds starts no worker."""
    before = child_pids()
    pool = Workers(2, LIMIT)

    assert child_pids() == before
    await pool.close()


PARENT = """
import asyncio, os, signal, sys
from collector.workers.worker import Job
from collector.workers.pool import Workers

async def main():
    pool = Workers(1)
    print(await pool.run(Job(name="asking", function="os:getpid", seconds=9)), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_a_worker_does_not_outlive_its_parent():
    """After a kill -9 of the program, its workers end by themselves."""
    done = subprocess.run([sys.executable, "-c", PARENT], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL

    deadline = time.monotonic() + 3
    while is_running(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(int(done.stdout))


async def test_signals_meant_for_the_program_do_not_stop_a_worker(workers):
    """Ctrl-C and a service manager's SIGTERM reach the workers too: the program decides when they stop."""
    pid = await workers.run(PID)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(pid, number)

    assert await workers.run(PID) == pid


async def test_the_current_folder_cannot_shadow_a_module(workers, tmp_path, monkeypatch):
    """A file of the user called like a module of Python is not what a worker imports."""
    (tmp_path / "colorsys.py").write_text("def rgb_to_hls(r, g, b): return 'shadow'")
    monkeypatch.chdir(tmp_path)

    black = Job(name="looking", function="colorsys:rgb_to_hls", seconds=10)
    assert await workers.run(black, 0, 0, 0) == (0, 0, 0)


@pytest.mark.shared
async def test_no_hostile_page_ends_its_worker(shared):
    """Each page ends in an extraction or in the refusal of one, within the limits of time and memory."""
    pool = Workers(2)
    for path in sorted((shared / "hostile" / "payloads" / "html").iterdir()):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        with suppress(ExtractError):
            assert (await pool.extract(body, "https://news.example/a-story")).text
    await pool.close()
