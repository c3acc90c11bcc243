"""kill -9 of the processes that write a store, at random moments: how many acknowledged rows are lost, how many files unreadable.

`python -m benchmarks.store_kills --kills 1000` prints one line and exits with 1 if anything was lost. A row is acknowledged when
the writer, after `put` had returned, told the parent so through a pipe. It covers the death of processes, not the loss of power.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # writers are forked: no threads before that

import numpy as np

from asymptotix.errors import StorageError
from asymptotix.runs.store import Record, content_key, open_store
from asymptotix.runs.store.integrity import health_of

__all__ = ["Toll", "kill_writers", "row", "write_rows"]

_IDENTITY = {"problem": "kills", "seed": 0}
_KILLS_PER_STORE = 25  # so that the making of a store is hit as well
_LONGEST_SIMULATION = 2.0  # seconds; to its end it takes about one, longer on a busy machine
_LONGEST_PEACE = 2.0  # seconds between two kills of workers, which take about one to start
_LONGEST_LIFE = 0.12  # seconds; a quarter of them end before the first row


@dataclass
class Toll:
    """What was counted."""

    kills: int = 0
    stores: int = 0
    before_first_row: int = 0
    acknowledged: int = 0
    lost: int = 0
    unreadable: int = 0
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills of {self.stores} stores ({self.before_first_row} before the first row): {self.acknowledged} "
            f"rows acknowledged, {self.lost} lost, {self.unreadable} unreadable, {len(self.errors)} errors"
        )


def row(number: int) -> Record:
    """The row of a number, the same in every process."""
    values = np.random.default_rng(number).standard_normal((9, 1 + number % 40))
    return Record(content_key("row", number), {"number": number}, {"values": values}, seconds=0.5)


def write_rows(path: Path, first: int, pipe: int, *, early: bool = False) -> None:
    """Keep rows in batches of one to eight until killed; tell each batch's last number once it is kept, or `early`: before."""
    with open_store(path, identity=_IDENTITY) as store:
        number = first
        while True:
            batch = [row(number + place) for place in range(1 + number % 8)]
            if early:
                os.write(pipe, b"%d\n" % (number + len(batch)))
            store.put(batch)
            number += len(batch)
            if not early:
                os.write(pipe, b"%d\n" % number)


def kill_writers(folder: Path, kills: int, seed: int, writers: int = 1, *, early: bool = False) -> Toll:
    """Fork writers on one store, kill them at a random moment, read the store, and again."""
    toll, chance = Toll(), random.Random(seed)
    while toll.kills < kills:
        path = folder / f"store{toll.stores}.sqlite"
        toll.stores += 1
        known: set[int] = set()
        for _ in range(min(_KILLS_PER_STORE, kills - toll.kills)):
            _one_kill(path, known, toll, chance, writers, early)
        for left in folder.glob(path.name + "*"):
            left.unlink()
    return toll


def _one_kill(path: Path, known: set[int], toll: Toll, chance: random.Random, writers: int, early: bool) -> None:
    # writers after the first write the same rows: what is there already is acknowledged too
    first = max(known, default=-1) + 1
    children = [_fork(path, first, early) for _ in range(writers)]
    time.sleep(chance.uniform(0.0, _LONGEST_LIFE * writers**2))  # to open one store together takes them longer
    for process, _ in children:
        os.kill(process, signal.SIGKILL)
    told = first
    for process, pipe in children:
        _, status = os.waitpid(process, 0)
        if not os.WIFSIGNALED(status):
            toll.errors.append(f"a writer ended by itself: {status}")
        with os.fdopen(pipe, "rb") as read:
            told = max([told, *(int(line) for line in read.read().split(b"\n")[:-1])])
    toll.kills += 1
    toll.before_first_row += told == first
    toll.acknowledged += told - first
    known.update(range(first, told))
    _inspect(path, known, toll)


def _fork(path: Path, first: int, early: bool) -> tuple[int, int]:
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read)
        try:
            write_rows(path, first, write, early=early)
        finally:
            os._exit(3)
    os.close(write)
    return process, read


def _inspect(path: Path, known: set[int], toll: Toll) -> None:
    """Read everything with a fresh connection: every acknowledged row, bit by bit, and the whole file by the doctor."""
    try:
        with open_store(path, identity=_IDENTITY) as store:
            wanted = {number: row(number) for number in known}
            found = store.finished([record.key for record in wanted.values()])
        for record in wanted.values():
            there = found.get(record.key)
            toll.lost += there is None or there.arrays["values"].tobytes() != record.arrays["values"].tobytes()
        if not health_of(path).is_sound:
            toll.unreadable += 1
    except StorageError as error:
        toll.unreadable += 1
        toll.errors.append(str(error))


def kill_simulations(folder: Path, kills: int, seed: int) -> str:
    """Kill `simulate(store=)` until it ends by itself, again and again; each end must equal that of an uninterrupted run."""
    chance, done, runs, unequal = random.Random(seed), 0, 0, 0
    expected = _simulated(None)
    while done < kills:
        path = folder / f"simulation{runs}.sqlite"
        runs += 1
        while True:
            process = os.fork()
            if process == 0:
                _simulated(path)
                os._exit(0)
            time.sleep(chance.uniform(0.0, _LONGEST_SIMULATION))
            os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
            if not os.WIFSIGNALED(status):
                break
            done += 1
        unequal += _simulated(path) != expected or not health_of(path).is_sound
    return f"{done} kills of {runs} simulations, each resumed to its end: {unequal} differ from an uninterrupted one"


def _simulated(path: Path | None) -> bytes:
    """All draws of a small simulation, as bytes."""
    import asymptotix as ax

    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.1], [20.0, 80.0]), ax.Target([1.0, 0.5]), noise_variance=0.1)
    ridges = np.array([0.1, 1.0])
    curve = ax.simulate(
        model, n_samples=np.array([[40], [60], [90]]), ridge=ridges, n_trials=60, seed=0, store=path, progress=False
    )
    return b"".join(np.asarray(curve.samples[name]).tobytes() for name in sorted(curve.samples))


def kill_workers(folder: Path, kills: int, seed: int) -> str:
    """Kill workers of the pool of a whole sweep, again and again; each sweep must equal one without kills.

    A trial that met three deaths is given up by its sweep; the same call, without kills, computes it.
    """
    import asymptotix as ax

    chance, done, runs, unequal, resumed = random.Random(seed), 0, 0, 0, 0
    expected, _ = _swept(None, None)
    while done < kills:
        path, over = folder / f"sweep{runs}.sqlite", threading.Event()
        runs += 1
        with ax.WorkerPool(2) as pool, ThreadPoolExecutor(1) as threads:
            counted = threads.submit(_kill_until, over, chance)
            try:
                found, complete = _swept(path, pool)
            finally:
                over.set()
            done += counted.result()
        if not complete:
            resumed += 1
            found, _ = _swept(path, None)
        unequal += found != expected or not health_of(path).is_sound
    return (
        f"{done} kills of workers in {runs} sweeps, {resumed} run again to their end: {unequal} differ from an uninterrupted one"
    )


def _kill_until(over: threading.Event, chance: random.Random) -> int:
    """Kill a child of this process at random moments; how many."""
    done = 0
    while not over.wait(chance.uniform(0.0, _LONGEST_PEACE)):
        lists = [path.read_text().split() for path in Path("/proc/self/task").glob("*/children")]
        if children := [int(child) for children in lists for child in children]:
            with suppress(ProcessLookupError):  # it ended meanwhile
                os.kill(chance.choice(children), signal.SIGKILL)
                done += 1
    return done


def _swept(path: Path | None, pool: Any) -> tuple[bytes, bool]:
    """Theory, draws and verdict of a small sweep, as bytes, and whether no trial is missing."""
    import asymptotix as ax

    model = {
        "kind": "ridge_regression", "noise_variance": 0.2, "target": {"energies": [1.0, 0.2]},
        "spectrum": {"eigenvalues": [1.0, 0.1], "multiplicities": [200, 300]},
    }  # fmt: skip
    grid = {"n_samples": [200, 400, 600], "ridge": [0.1, 1.0]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cells that failed and pools that start anew are counted, not told
        found = ax.sweep({"model": model, "grid": grid}, n_trials=60, seed=0, store=path, executor=pool, progress=False)
    arrays = [found.theory.quantity("test_error"), *(found.simulation.samples[name] for name in sorted(found.simulation.samples))]
    complete = bool(np.all(found.simulation.n_trials == 60))
    return b"".join(np.asarray(values).tobytes() for values in arrays) + found.verdict.summary().encode(), complete


def main() -> int:
    """Print what was counted; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--writers", type=int, default=1, help="processes that write the same rows at once, all killed together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--early", action="store_true", help="negative control: tell rows before they are kept, and lose some")
    parser.add_argument("--simulations", action="store_true", help="kill whole simulations instead, and resume them")
    parser.add_argument("--workers", action="store_true", help="kill the workers of whole sweeps instead (Linux)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.simulations or asked.workers:
            told = (kill_workers if asked.workers else kill_simulations)(Path(folder), asked.kills, asked.seed)
            print(told)
            return int(": 0 differ" not in told)
        toll = kill_writers(Path(folder), asked.kills, asked.seed, asked.writers, early=asked.early)
    print(toll)
    for error in toll.errors[:5]:
        print(f"  {error}")
    return int(bool(toll.lost or toll.unreadable or toll.errors))


if __name__ == "__main__":
    sys.exit(main())
