"""The variance of ridge regression at many ridges: by eigenvectors, as in `simulate`, and by a tridiagonal matrix without them.

Of rows X with covariance S, K = X X' and M = X S X' the variance per unit of noise is Tr (K + ridge)^-2 M. By eigenvectors
K = U L U' it is a sum over the directions X'U for every ridge. With K = Q T Q', T tridiagonal (a third of the work of the
eigenvectors), it is Tr (T + ridge)^-1 A (T + ridge)^-1, A = Q' M Q: two solves with n right-hand sides for each ridge.
`python -m benchmarks.tridiagonal` prints the CPU seconds of both after the Gram matrix, on one thread.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from benchmarks.measurement import Measurement

__all__ = ["by_eigenvectors", "by_tridiagonal", "main", "run", "run_values"]

FloatArray = NDArray[np.float64]

RIDGES = np.logspace(-4, 3, 50)


def by_eigenvectors(rows: FloatArray, covariance: FloatArray, gram: FloatArray, ridges: FloatArray) -> FloatArray:
    """The variance at each ridge; `covariance` is the diagonal of S."""
    eigenvalues, vectors = np.linalg.eigh(gram)
    weights = covariance @ (rows.T @ vectors) ** 2
    return np.asarray(weights @ (eigenvalues[:, None] + ridges) ** -2.0)


def by_tridiagonal(rows: FloatArray, covariance: FloatArray, gram: FloatArray, ridges: FloatArray) -> FloatArray:
    """The same without eigenvectors."""
    half = rows * np.sqrt(covariance)
    turned = np.asfortranarray(half @ half.T)
    size = len(gram)
    length = int(lapack.dsytrd_lwork(size, lower=1)[0])
    packed, diagonal, beside, factors, _ = lapack.dsytrd(np.asfortranarray(gram), lower=1, lwork=length)
    # Q leaves the first coordinate alone; below it are the reflectors, stored as those of a QR decomposition
    reflectors = np.asfortranarray(packed[1:, :-1])
    turned[1:] = lapack.dormqr("L", "T", reflectors, factors, np.asfortranarray(turned[1:]), 64 * size)[0]
    turned[:, 1:] = lapack.dormqr("R", "N", reflectors, factors, np.asfortranarray(turned[:, 1:]), 64 * size)[0]
    found = []
    for ridge in ridges:
        pivots, multipliers, _ = lapack.dpttrf(diagonal + ridge, beside)
        once = lapack.dpttrs(pivots, multipliers, turned)[0]
        found.append(np.trace(lapack.dpttrs(pivots, multipliers, np.asfortranarray(once.T))[0]))
    return np.array(found)


def run(n: int = 500, p: int = 1000, n_ridges: int = 50) -> Measurement:
    """CPU seconds of both for one sample: eigenvectors as the package's, the tridiagonal matrix as the other."""
    covariance = np.arange(1.0, p + 1.0) ** -1.5
    rows = np.random.default_rng(0).standard_normal((n, p)) * np.sqrt(covariance)
    ridges, seconds, values = RIDGES[:: len(RIDGES) // n_ridges], [], []
    with threadpool_limits(1):
        gram = rows @ rows.T
        for route in (by_eigenvectors, by_tridiagonal):
            start = time.process_time()
            values.append(route(rows, covariance, gram, ridges))
            seconds.append(time.process_time() - start)
    difference = float(np.max(np.abs(values[1] / values[0] - 1)))
    return Measurement(f"variance at {len(ridges)} ridges, n = {n}, p = {p}", seconds[0], seconds[1], difference)


def run_values(n: int = 500) -> Measurement:
    """What traces of (K + ridge)^-1 take, whatever the ridges: eigenvalues alone against the tridiagonal matrix."""
    rows = np.random.default_rng(0).standard_normal((n, 2 * n))
    with threadpool_limits(1):
        gram = np.asfortranarray(rows @ rows.T)
        start = time.process_time()
        eigenvalues = np.linalg.eigvalsh(gram)
        middle = time.process_time()
        _, diagonal, _, _, _ = lapack.dsytrd(gram, lower=1, lwork=int(lapack.dsytrd_lwork(n, lower=1)[0]))
        end = time.process_time()
    difference = abs(float(diagonal.sum() / eigenvalues.sum()) - 1)
    return Measurement(f"eigenvalues against tridiagonal, n = {n}", middle - start, end - middle, difference)


def main() -> None:
    """Print both at two sizes, for many ridges and for few."""
    run(50, 100)  # loads what it needs
    for size in (500, 2000):
        for done in (run(size, 2 * size), run(size, 2 * size, 5), run_values(size)):
            print(
                f"{done.workload}: eigen {done.package_seconds:.3g} s, tridiagonal {done.by_hand_seconds:.3g} s, "
                f"ratio {done.ratio:.2f}, largest difference {done.largest_difference:.0e}"
            )


if __name__ == "__main__":
    main()
