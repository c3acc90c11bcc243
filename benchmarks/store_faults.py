"""What a store does on a broken or full disk: every call that changes a file fails in turn, in seven ways.

`python -m benchmarks.store_faults` compiles `faulty_disk.c` (a C compiler is needed), loads it before libc and runs a fixed
workload once for every n, with the n-th call (write, sync, truncation) failing. After each: the workload ended well or with one
StorageError, every acknowledged row is there bit by bit, the doctor finds nothing, and running the workload again completes it.
Also: a file that may not grow (RLIMIT_FSIZE), four writers of the same rows at once, and SIGINT. Not covered: the loss of power,
and a disk that says it has synced and has not.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # workloads are forked: no threads before that

from asymptotix.errors import StorageError
from asymptotix.runs.store import open_store
from asymptotix.runs.store.integrity import health_of
from benchmarks.store_kills import row

__all__ = ["WAYS", "Outcome", "four_writers", "growing_stops", "interrupts", "main", "nth_calls"]

_IDENTITY = {"problem": "faults", "seed": 0}
_BATCHES, _BATCH = 12, 4
_LIBRARY = "ASYMPTOTIX_FAULTY_DISK"
# name -> (error, all later calls fail too, half of the bytes are written first)
WAYS = {
    "ENOSPC once": (errno.ENOSPC, False, False),
    "ENOSPC from then on": (errno.ENOSPC, True, False),
    "half written, then ENOSPC": (errno.ENOSPC, True, True),
    "EIO once": (errno.EIO, False, False),
    "EIO from then on": (errno.EIO, True, False),
    "half written, then EIO": (errno.EIO, True, True),
    "EDQUOT from then on": (errno.EDQUOT, True, False),
}


@dataclass
class Outcome:
    """What was counted. `untyped`: ended otherwise than well or by a StorageError."""

    runs: int = 0
    refused: int = 0
    acknowledged: int = 0
    lost: int = 0
    unsound: int = 0
    untyped: int = 0
    not_completed: int = 0
    messages: Counter[str] = field(default_factory=Counter)

    @property
    def is_fine(self) -> bool:
        """Whether nothing went wrong that a broken disk does not excuse."""
        return not (self.lost or self.unsound or self.untyped or self.not_completed)

    def __str__(self) -> str:
        return (
            f"{self.runs} runs, {self.refused} ended by a StorageError, {self.acknowledged} rows acknowledged, {self.lost} lost, "
            f"{self.unsound} stores unsound, {self.untyped} other endings, {self.not_completed} not completed afterwards"
        )


def workload(path: Path, told: Callable[[int], object], pause: float = 0.0) -> None:
    """Keep 48 rows in batches of four, and tell how many are kept."""
    with open_store(path, identity=_IDENTITY) as store:
        for batch in range(_BATCHES):
            store.put([row(number) for number in range(batch * _BATCH, (batch + 1) * _BATCH)])
            told((batch + 1) * _BATCH)
            time.sleep(pause)


def _in_child(action: Callable[[Callable[[int], object]], None]) -> tuple[int, Callable[[], tuple[int, str]]]:
    """Fork; the child's process id, and a function that waits for (rows acknowledged, how it ended: "" is well)."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read)
        ending = b""
        try:
            action(lambda number: os.write(write, b"%d\n" % number))
        except StorageError as error:
            ending = f"StorageError: {error}".encode()
        except BaseException as error:
            ending = f"{type(error).__name__}: {error}".encode()
        os.write(write, b"!" + ending + b"\n")
        os._exit(0)
    os.close(write)

    def wait() -> tuple[int, str]:
        with os.fdopen(read, "rb") as told:
            lines = told.read().decode().splitlines()
        os.waitpid(process, 0)
        numbers = [int(line) for line in lines if not line.startswith("!")]
        endings = [line[1:] for line in lines if line.startswith("!")]
        return max(numbers, default=0), endings[0] if endings else "died"

    return process, wait


def _judge(path: Path, acknowledged: int, ending: str, outcome: Outcome, allowed: str = "StorageError") -> None:
    outcome.runs += 1
    outcome.acknowledged += acknowledged
    outcome.refused += ending.startswith("StorageError")
    outcome.untyped += bool(ending) and not ending.startswith(allowed)
    if ending:
        outcome.messages[ending.split("sqlite: ")[-1]] += 1
    try:
        with open_store(path, identity=_IDENTITY) as store:
            outcome.lost += _missing(store, acknowledged)
        outcome.unsound += not health_of(path).is_sound
        workload(path, lambda number: None)
        with open_store(path, identity=_IDENTITY) as store:
            outcome.not_completed += bool(_missing(store, _BATCHES * _BATCH))
    except StorageError as error:
        outcome.unsound += 1
        outcome.messages[f"afterwards: {error}"] += 1


def _missing(store: object, number: int) -> int:
    wanted = [row(place) for place in range(number)]
    found = store.finished([record.key for record in wanted])  # type: ignore[attr-defined] # a Store
    return sum(
        record.key not in found or found[record.key].arrays["values"].tobytes() != record.arrays["values"].tobytes()
        for record in wanted
    )


def nth_calls(folder: Path, way: str, step: int = 1) -> Outcome:
    """The workload once for n = 1, 1 + step, ..., up to the number of calls that it makes when none fails."""
    library = ctypes.CDLL(os.environ[_LIBRARY])
    number, sticky, halves = WAYS[way]
    outcome = Outcome()
    for nth in range(1, _calls(library, folder) + 1, step):
        path = folder / f"faulty-{nth}.sqlite"

        def armed(told: Callable[[int], object], path: Path = path, nth: int = nth) -> None:
            library.fault_arm(ctypes.c_long(nth), number, int(sticky), int(halves))
            workload(path, told)

        _, wait = _in_child(armed)
        _judge(path, *wait(), outcome)
        _remove(path)
    return outcome


def _calls(library: ctypes.CDLL, folder: Path) -> int:
    path = folder / "faulty-count.sqlite"
    library.fault_arm(ctypes.c_long(10**9), 0, 0, 0)
    workload(path, lambda number: None)
    calls = int(library.fault_seen())
    library.fault_arm(ctypes.c_long(0), 0, 0, 0)
    _remove(path)
    return calls


def growing_stops(folder: Path, sizes: range) -> Outcome:
    """The workload where no file may grow beyond a size in bytes, which ends as a full disk does."""
    outcome = Outcome()
    for size in sizes:
        path = folder / f"limited-{size}.sqlite"

        def limited(told: Callable[[int], object], path: Path = path, size: int = size) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            workload(path, told)

        _, wait = _in_child(limited)
        _judge(path, *wait(), outcome)
        _remove(path)
    return outcome


def four_writers(folder: Path, runs: int) -> Outcome:
    """Four processes make and fill one store with the same rows at once."""
    outcome = Outcome()
    for run in range(runs):
        path = folder / f"shared-{run}.sqlite"
        waits = [_in_child(lambda told, path=path: workload(path, told))[1] for _ in range(4)]  # type: ignore[misc] # a default
        for acknowledged, ending in [wait() for wait in waits]:
            _judge(path, acknowledged, ending, outcome)
        with open_store(path, identity=_IDENTITY) as store:
            counts = store.counts()
        outcome.unsound += (counts.finished, counts.conflicts) != (_BATCHES * _BATCH, 0)
        _remove(path)
    return outcome


def interrupts(folder: Path, runs: int, seed: int = 0) -> Outcome:
    """SIGINT at a random moment of the workload, which may end by KeyboardInterrupt."""
    outcome, chance = Outcome(), random.Random(seed)
    for run in range(runs):
        path = folder / f"interrupted-{run}.sqlite"
        process, wait = _in_child(lambda told, path=path: workload(path, told, 0.002))  # type: ignore[misc] # a default
        time.sleep(chance.uniform(0.005, 0.1))
        os.kill(process, signal.SIGINT)
        _judge(path, *wait(), outcome, allowed="KeyboardInterrupt")
        _remove(path)
    return outcome


def _remove(path: Path) -> None:
    for left in path.parent.glob(path.name + "*"):
        left.unlink()


def _with_faulty_disk(arguments: list[str]) -> int:
    """Compile the library and run this program again with it in front of libc."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sysconfig.get_platform().split("-")[0] != "linux":
        print("no C compiler, or not Linux: calls cannot be made to fail here")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/faulty_disk.so"
        source = str(Path(__file__).with_name("faulty_disk.c"))
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        command = [sys.executable, "-m", "benchmarks.store_faults", *arguments]
        return subprocess.run(command, env={**os.environ, "LD_PRELOAD": library, _LIBRARY: library}, check=False).returncode


def main(arguments: list[str]) -> int:
    """Print a line for each way of failing; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="let every STEP-th call fail in turn")
    parser.add_argument("--runs", type=int, default=100, help="of interrupts; a quarter of them with four writers")
    parser.add_argument("--messages", action="store_true", help="print what the errors said")
    asked = parser.parse_args(arguments)
    if _LIBRARY not in os.environ:
        return _with_faulty_disk(arguments)
    fine = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tried: dict[str, Callable[[], Outcome]] = {
            **{way: lambda way=way: nth_calls(folder, way, asked.step) for way in WAYS},  # type: ignore[misc] # a default
            "no file may grow": lambda: growing_stops(folder, range(0, 400_000, 8_000 * asked.step)),
            "four writers": lambda: four_writers(folder, max(1, asked.runs // 4)),
            "SIGINT": lambda: interrupts(folder, asked.runs),
        }
        for way, run in tried.items():
            outcome = run()
            fine = fine and outcome.is_fine
            print(f"{way}: {outcome}", flush=True)
            for message, count in outcome.messages.most_common() if asked.messages or not outcome.is_fine else ():
                print(f"    {count} times: {message}")
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
