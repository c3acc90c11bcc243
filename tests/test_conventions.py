"""Each program's own equation, solved by bisection, against the package at the converted ridge."""

from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.conventions import CONVENTIONS
from asymptotix.errors import InvalidInputError

W = np.arange(1.0, 61.0) ** -1.5
N, P, D, LAM = 20, 35, 12, 0.03


def root(function):
    low, high = 1e-12, 1e6
    for _ in range(200):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if function(middle) * function(1e6) < 0 else (low, middle)
    return np.sqrt(low * high)


# what each program calls its effective ridge, from its equation as it is written there
PROGRAMS = {
    "eigenlearning": lambda: root(lambda k: np.sum(W / (W + k)) + LAM / k - N),
    "EnsRFTheory kernel": lambda: root(lambda k: k - LAM / (1 - np.sum(W / (W + k)) / N) if np.sum(W / (W + k)) < N else -1.0),
    "NTK_Learning_Curves": lambda: root(lambda z: z - LAM - z * np.sum(W / (N * W + z))),
    "SNAP": lambda: root(lambda z: z - N * LAM - z * np.sum(W / (N * W + z))),
    "feature-ridge-regression": lambda: root(lambda k: k - LAM - np.sum(W / (N * W / k + 1))),
    "DE_utils": lambda: root(lambda k: N - LAM / k - np.sum(W / (W + k))),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_solve_the_same_equation(name):
    ridge = ax.convert_ridge(LAM, objective=name, n_samples=N)
    ours = float(ax.effective_ridge(ax.Spectrum(W), n_samples=N, ridge=ridge).value)
    theirs = PROGRAMS[name]()
    assert float(ax.convert_effective_ridge(theirs, objective=name, n_samples=N)) == pytest.approx(ours, rel=1e-12, abs=0)
    # a factor of two in the ridge shows
    other = float(ax.effective_ridge(ax.Spectrum(W), n_samples=N, ridge=2 * ridge).value)
    assert other != pytest.approx(ours, rel=1e-3, abs=0)


@pytest.mark.parametrize(
    ("name", "data", "penalty"),
    [("sum", 1, 1), ("mean", 1 / N, 1), ("half sum", 0.5, 0.5), ("half mean", 0.5 / N, 0.5), ("mean, half penalty", 1 / N, 0.5)],
)
def test_objectives_have_the_same_minimum(name, data, penalty):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((N, 7)), rng.standard_normal(N)
    theirs = np.linalg.solve(data * x.T @ x + penalty * LAM * np.eye(7), data * x.T @ y)
    ridge = float(ax.convert_ridge(LAM, objective=name, n_samples=N))
    assert np.linalg.solve(x.T @ x + ridge * np.eye(7), x.T @ y) == pytest.approx(theirs, rel=1e-12, abs=0)


@pytest.mark.parametrize(("name", "data", "penalty"), [("unscaled features", 1, 1), ("Mei-Montanari", 1 / N, P / D)])
def test_features_without_their_scale(name, data, penalty):
    rng = np.random.default_rng(1)
    raw, y = rng.standard_normal((N, P)), rng.standard_normal(N)
    theirs = raw @ np.linalg.solve(data * raw.T @ raw + penalty * LAM * np.eye(P), data * raw.T @ y)
    ridge = float(ax.convert_ridge(LAM, objective=name, n_samples=N, n_features=P, dimension=D))
    z = raw / np.sqrt(P)
    assert z @ np.linalg.solve(z.T @ z + ridge * np.eye(P), z.T @ y) == pytest.approx(theirs, rel=1e-10, abs=0)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_round_trip(name):
    ridge = np.geomspace(1e-200, 1e200, 101)
    counts = {"n_samples": 137, "n_features": 211, "dimension": 13}
    back = ax.restate_ridge(ax.convert_ridge(ridge, objective=name, **counts), objective=name, **counts)
    assert np.all(np.abs(back - ridge) <= 4 * np.spacing(ridge))


def test_at_least_ten_are_known():
    assert len(CONVENTIONS) >= 15
    assert ax.convert_ridge([0.1, 0.2], objective="mean", n_samples=[[10], [20]]).shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ax.convert_ridge(0.1, objective="avarage"), "objective = 'avarage'.*one of sum, mean"),
        (lambda: ax.convert_ridge(0.1, objective="mean"), "n_samples = None.*depends on it"),
        (lambda: ax.convert_ridge(0.1, objective="Mei-Montanari", n_samples=10), "dimension = None"),
        (lambda: ax.convert_ridge(0.1, objective="mean", n_samples=-1), "n_samples = -1"),
        (lambda: ax.restate_ridge("x", objective="mean", n_samples=1), "ridge = 'x'"),
        (lambda: ax.convert_effective_ridge(0.1, objective="GCMProject"), "no multiple"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
