from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.simulation import dense, trials
from asymptotix.simulation.dense import arrays_of, eigenpairs, product, require_namespace
from asymptotix.simulation.trials import simulate
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.verdict.experiment import check

LEVELS = {"spectrum": Spectrum([1.0, 0.2], [10, 40]), "target": [1.0, 0.5], "noise_variance": 0.2}
RIDGE, FEATURES = RidgeRegression(**LEVELS), RandomFeatures(**LEVELS)
CASES = {
    "fewer samples than features": (RIDGE, {"n_samples": 30, "ridge": [0.01, 1.0]}),
    "more samples than features": (RIDGE, {"n_samples": 80, "ridge": [0.01, 1.0]}),
    "svd": (RandomFeatures(Spectrum([1.0, 1e-10], [5, 45]), [1.0, 0.0]), {"n_samples": 20, "n_features": 40, "ridge": 1e-12}),
    "random features": (FEATURES, {"n_samples": 30, "n_features": 20, "ridge": 0.1}),
    "flow": (RIDGE, {"n_samples": 30, "time": [0.1, 10.0]}),
    "kernel": (
        KernelRidge.on_sphere(lambda q1, q2, c: np.exp(c), dimension=8, target=[0.0, 1.0], noise_variance=0.1),
        {"n_samples": 30, "ridge": 0.1},
    ),
}


@pytest.fixture(params=["array_api_strict", "torch", "cupy"])
def namespace(request):
    return pytest.importorskip(request.param, reason=f"{request.param} is not installed").__name__


@pytest.mark.parametrize("case", CASES)
def test_a_namespace_changes_no_number(namespace, case):
    model, grid = CASES[case]
    plain = simulate(model, **grid, n_trials=2, progress=False)
    other = simulate(model, **grid, n_trials=2, array_namespace=namespace, progress=False)
    tolerance = 1e-10 if case != "svd" else 1e-6  # there the rounding of the eigenvalues is what is inverted
    for name, values in plain.values.items():
        assert other.values[name] == pytest.approx(values, rel=tolerance, abs=1e-13), name


def test_the_namespace_is_what_computes(monkeypatch):
    calls = []
    strict = pytest.importorskip("array_api_strict")
    counted = SimpleNamespace(
        __name__="counted",
        asarray=strict.asarray,
        matmul=lambda a, b: calls.append("matmul") or strict.matmul(a, b),
        linalg=strict.linalg,
    )
    monkeypatch.setattr(dense, "require_namespace", lambda name: counted)
    monkeypatch.setattr(trials, "require_namespace", lambda name: counted)
    with ThreadPoolExecutor(1) as threads:
        simulate(RIDGE, n_samples=30, ridge=1.0, n_trials=1, executor=threads, array_namespace="counted", progress=False)
    inside = len(calls)
    with arrays_of("counted"), ThreadPoolExecutor(1) as threads:
        threads.submit(product, np.eye(2), np.eye(2)).result()  # another thread has a context of its own
    assert inside >= 3
    assert len(calls) == inside
    product(np.eye(2), np.eye(2))
    assert len(calls) == inside


def test_a_check_takes_a_namespace_too():
    name = pytest.importorskip("array_api_strict").__name__
    options = {"n_samples": 90, "ridge": 1.0, "n_trials": 4, "progress": False}
    plain, other = check(RIDGE, **options), check(RIDGE, **options, array_namespace=name)
    assert other.simulated == pytest.approx(plain.simulated, rel=1e-10)
    with pytest.raises(InvalidInputError, match="array_namespace"):
        check(RIDGE, **options, array_namespace="no_such_module")


def test_numpy_is_itself():
    with arrays_of("numpy"):
        assert np.array_equal(eigenpairs(np.diag([2.0, 1.0]))[0], [1.0, 2.0])


@pytest.mark.parametrize("name", ["no_such_module", "math", "os; os", "", 3])
def test_what_is_no_namespace_is_refused(name):
    with pytest.raises(InvalidInputError, match="array_namespace"):
        require_namespace(name)
    with pytest.raises(InvalidInputError, match="array_namespace"):
        simulate(RIDGE, n_samples=30, ridge=1.0, n_trials=1, array_namespace=name, progress=False)
