from __future__ import annotations

import numpy as np
import pytest

from benchmarks.tridiagonal import by_eigenvectors, by_tridiagonal, run, run_values


def test_both_routes_have_the_variance_of_a_direct_inverse() -> None:
    covariance, ridges = np.arange(1.0, 81.0) ** -1.5, np.array([1e-3, 0.1, 10.0])
    rows = np.random.default_rng(0).standard_normal((40, 80)) * np.sqrt(covariance)
    gram = rows @ rows.T
    inverses = [np.linalg.inv(gram + ridge * np.eye(40)) for ridge in ridges]
    direct = [float(np.sum((inverse @ rows * np.sqrt(covariance)) ** 2)) for inverse in inverses]
    for route in (by_eigenvectors, by_tridiagonal):
        assert route(rows, covariance, gram, ridges) == pytest.approx(direct, rel=1e-8, abs=0)
        assert route(rows, np.ones(80), gram, ridges) != pytest.approx(direct, rel=0.1, abs=0)


def test_the_workloads_report_times_and_agree() -> None:
    for done in (run(40, 80), run_values(40)):
        assert done.package_seconds > 0
        assert done.largest_difference < 1e-8
