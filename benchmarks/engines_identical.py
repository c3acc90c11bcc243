"""One hash of all draws whatever the engine and the number of workers, BLAS pinned to one thread.

`python -m benchmarks.engines_identical [--quick]` simulates random features over a grid on every engine and prints the hash of
every draw of every field. A control with another seed must give another hash. Then it starts on one engine with a store, a third
of the trials, and resumes on the next engine from the store: the same hash again.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import asymptotix as ax
from benchmarks.engine_kinds import ENGINES, engine

__all__ = ["hash_of_draws", "hashes", "main", "resumed_hashes"]


N_TRIALS = 6


def hash_of_draws(executor: Executor | None, *, n_trials: int = N_TRIALS, seed: int = 0, store: Path | None = None) -> str:
    """SHA-256 over the bytes of all draws, field after field."""
    spectrum = ax.Spectrum([1.0 / k**1.5 for k in range(1, 201)])
    target = ax.Target([1.0 / k**2 for k in range(1, 201)])
    model = ax.RandomFeatures(spectrum, target, noise_variance=0.1)
    grid: dict[str, Any] = {"n_samples": [[60], [120]], "n_features": 90, "ridge": [0.01, 1.0]}
    curve = ax.simulate(model, **grid, n_trials=n_trials, seed=seed, executor=executor, store=store, progress=False)
    digest = hashlib.sha256()
    for name in sorted(curve.samples):
        digest.update(name.encode() + curve.samples[name].tobytes())
    return digest.hexdigest()


def hashes(kinds: tuple[str, ...] = ENGINES, workers: tuple[int, ...] = (1, 2, 4, 8)) -> Iterator[tuple[str, str]]:
    """Name of the engine and hash of its draws, this process first."""
    yield "this process", hash_of_draws(None)
    for kind in kinds:
        for count in workers:
            with engine(kind, count) as executor:
                yield f"{kind}, {count}", hash_of_draws(executor)


def resumed_hashes(kinds: tuple[str, ...] = ENGINES, workers: int = 2) -> Iterator[tuple[str, str]]:
    """Names of two engines and the hash of a run that one began with a store and the next one finished."""
    with tempfile.TemporaryDirectory() as folder:
        for number, kind in enumerate(kinds):
            store, second = Path(folder) / f"{number}.sqlite", kinds[(number + 1) % len(kinds)]
            with engine(kind, workers) as executor:
                hash_of_draws(executor, n_trials=N_TRIALS // 3, store=store)
            with engine(second, workers) as executor:
                yield f"{kind}, then {second}", hash_of_draws(executor, store=store)


def main() -> int:
    """Print a line an engine; 0 if all hashes are one and the control's is another."""
    quick = "--quick" in sys.argv[1:]
    found = set()
    for name, value in hashes(workers=(2,) if quick else (1, 2, 4, 8)):
        print(f"{name:24s} {value[:16]}", flush=True)
        found.add(value)
    for name, value in resumed_hashes():
        print(f"{name:24s} {value[:16]}", flush=True)
        found.add(value)
    control = hash_of_draws(None, seed=1)
    print(f"{'another seed':24s} {control[:16]}")
    print(f"{len(found)} hash(es) over all engines and resumes")
    return 0 if len(found) == 1 and control not in found else 1


if __name__ == "__main__":
    sys.exit(main())
