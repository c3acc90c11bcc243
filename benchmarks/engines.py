"""What an engine costs: seconds per task beside the work, its share of a run, and two workers against one.

`python -m benchmarks.engines [--quick]` prints, for tasks that keep a CPU busy for a given CPU time: the overhead per finished
task on a `WorkerPool` (CPU seconds of the parent, and wall time of tasks that do nothing), the share of a Dask run that is not
work, and the speed of two workers over one. The last needs an idle machine of two cores; the load is printed with it.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from concurrent.futures import Executor

from asymptotix.runs.engine import run_tasks
from benchmarks.engine_kinds import engine

__all__ = ["busy", "cpu_per_task", "main", "overhead_per_task", "round_trip", "share_of_overhead", "speed_of_two"]


def busy(seconds: float) -> float:
    """Use that much CPU time; returns the CPU seconds used."""
    start = time.thread_time()
    while (used := time.thread_time() - start) < seconds:
        sum(range(1000))
    return used


def _run(executor: Executor, tasks: list[float]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds of this process, and CPU seconds of work."""
    list(run_tasks([0.0] * 4, busy, executor=executor))  # workers are there
    wall, cpu = time.perf_counter(), time.process_time()
    work = sum(result for _, result in run_tasks(tasks, busy, executor=executor))
    return time.perf_counter() - wall, time.process_time() - cpu, work


def overhead_per_task(n_tasks: int = 400, task_seconds: float = 0.1) -> tuple[float, float]:
    """Seconds per task on one worker beyond its work, and CPU seconds of the parent per task; tasks too long to share a batch."""
    with engine("pool", 1) as executor:
        wall, cpu, work = _run(executor, [task_seconds] * n_tasks)
    return (wall - work) / n_tasks, cpu / n_tasks


def share_of_overhead(kind: str, n_workers: int = 1, n_tasks: int = 400, task_seconds: float = 0.02) -> float:
    """1 - work / (wall time x workers), for tasks that are sent in batches of half a second."""
    with engine(kind, n_workers) as executor:
        wall, _, work = _run(executor, [task_seconds] * n_tasks)
    return 1 - work / (wall * n_workers)


def speed_of_two(n_tasks: int = 400, task_seconds: float = 0.02) -> float:
    """Wall time of one worker over that of two."""
    walls = []
    for n_workers in (1, 2):
        with engine("pool", n_workers) as executor:
            walls.append(_run(executor, [task_seconds] * n_tasks)[0])
    return walls[0] / walls[1]


def cpu_per_task(kind: str, few: int = 20, many: int = 220, task_seconds: float = 0.02) -> float:
    """CPU seconds of all processes per task beyond its work: what a loaded machine can still measure.

    From the difference of two runs, so that starting and stopping cancel; a run is over when its processes are gone.
    """
    spent = []
    for n_tasks in (few, many):
        before = _cpu_of_all()
        with engine(kind, 1) as executor:
            work = _run(executor, [task_seconds] * n_tasks)[2]
        spent.append(_cpu_of_all() - before - work)
    return (spent[1] - spent[0]) / (many - few)


def _cpu_of_all() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def round_trip(n_tasks: int = 300) -> float:
    """Seconds from the submission of an empty task to its result, one after the other: nothing is hidden by the next task."""
    with engine("pool", 1) as executor:
        executor.submit(abs, 0).result()
        start = time.perf_counter()
        for task in range(n_tasks):
            executor.submit(abs, task).result()
        return (time.perf_counter() - start) / n_tasks


def main() -> None:
    """Print all of it."""
    n_tasks = 60 if "--quick" in sys.argv[1:] else 400
    print(f"load before: {os.getloadavg()[0]:.1f}")
    print(f"WorkerPool: {1e3 * round_trip():.2f} ms per round trip of an empty task")
    wall, cpu = overhead_per_task(n_tasks)
    print(f"WorkerPool, tasks of 100 ms: {1e3 * wall:.2f} ms each beyond their CPU time, {1e3 * cpu:.2f} ms CPU of the parent")
    for kind in ("pool", "dask"):
        print(f"{kind}, tasks of 20 ms: {1e3 * cpu_per_task(kind):.2f} ms CPU of all processes beyond the work of a task")
        print(f"{kind}, one worker, tasks of 20 ms: overhead {100 * share_of_overhead(kind, 1, n_tasks):.1f}% of the run")
    print(f"two workers against one: {speed_of_two(n_tasks):.2f} times")
    print(f"load after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
