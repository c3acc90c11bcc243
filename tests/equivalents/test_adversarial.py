"""Random problems made to break the solver: its bounds must hold the root of any of them, and nothing may fail in silence.

Each problem is a seed. The spectra have gaps, clusters, huge and fractional multiplicities, zeros, flat tails, logarithms beyond
the range of doubles; n lies next to p, to the rank, or to a step of the spectrum; the ridge runs from 1e-300 to 1e300. The judge
is the sign of the monotone equation at either bound, by the textbook formula in enough bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

import asymptotix as ax
from tests.equivalents.textbook import Textbook

ORDINARY, COMPLETE = 300, 10_000
_BITS = 4000  # textbook subtractions between terms up to 1e600 apart, and 60 digits


@dataclass(frozen=True)
class Problem:
    values: list[float]  # eigenvalues, or their logarithms
    logs: bool
    counts: list[float]
    tail: float
    n: float
    p: float
    ridge: float

    @property
    def spectrum(self) -> ax.Spectrum:
        make = ax.Spectrum.from_log if self.logs else ax.Spectrum
        return make(self.values, self.counts, tail=self.tail)

    @property
    def oracle(self) -> Textbook:
        return Textbook(self.values, self.counts, tail=self.tail, logs=self.logs, bits=_BITS)

    @property
    def whole(self) -> bool:
        return all(float(m).is_integer() for m in self.counts) and sum(self.counts) < 2.0**53


def problem(seed: int) -> Problem:
    rng = np.random.default_rng([20240611, seed])
    values, logs = _values(rng)
    counts = _counts(rng, values.size)
    tail = float(10.0 ** rng.uniform(-20, 3)) if rng.random() < 0.2 else 0.0
    steps = np.cumsum(counts[np.argsort(-values)])
    n, p = _size(rng, steps), _size(rng, steps)
    match rng.integers(6):
        case 0 | 1:
            p = math.inf
        case 2:
            p = n
        case 3:
            p = max(n + float(rng.integers(-1, 2)), 0.5)
        case 4 if rng.random() < 0.2:
            n = math.inf
    exponent = rng.uniform(-300, 300) if rng.random() < 0.3 else rng.uniform(-30, 8)
    ridge = 0.0 if rng.random() < 0.2 else float(10.0**exponent)
    return Problem(values.tolist(), logs, counts.tolist(), tail, n, p, ridge)


def _values(rng: np.random.Generator) -> tuple[np.ndarray, bool]:
    size = int(rng.integers(1, 12))
    match rng.integers(8):
        case 0:  # clusters
            centres = 10.0 ** rng.uniform(-30, 10, size)
            return np.repeat(centres, 3) * (1 + 10.0 ** rng.uniform(-16, -8) * rng.random(3 * size)), False
        case 1:
            return 10.0 ** rng.uniform(-290, 290, size), False
        case 2:
            return rng.uniform(-1200, 600, size), True
        case 3:
            return np.arange(1.0, 200.0) ** -rng.uniform(0.3, 8), False
        case 4:  # two plateaus and zeros
            return np.concatenate([np.ones(size), np.full(size, 10.0 ** rng.uniform(-40, -1)), np.zeros(2)]), False
        case 5:
            return np.array([10.0 ** rng.uniform(-10, 5)]), False
        case 6 if rng.random() < 0.02:  # long enough to be compressed
            return 10.0 ** -rng.uniform(0, rng.choice([2.0, 12.0, 60.0]), 3000), False
        case _:
            return 10.0 ** rng.uniform(-12, 6, size), False


def _counts(rng: np.random.Generator, size: int) -> np.ndarray:
    match rng.integers(5):
        case 0:
            return np.floor(10.0 ** rng.uniform(0, 12, size))
        case 1:
            return 10.0 ** rng.uniform(-2, 3, size)
        case _:
            return np.ones(size) if rng.random() < 0.6 else rng.integers(1, 5, size).astype(float)


def _size(rng: np.random.Generator, steps: np.ndarray) -> float:
    match rng.integers(4):
        case 0 | 1:
            return max(float(rng.choice(steps)) + float(rng.integers(-1, 2)), 0.5)
        case 2:
            return float(rng.uniform(0.01, 1.5) * steps[-1])
        case _:
            return float(np.ceil(10.0 ** rng.uniform(0, 5)))


def verdict(seed: int) -> str:
    """'fine', 'refused' (a typed error), or what is wrong."""
    case = problem(seed)
    try:
        result = ax.effective_ridge(case.spectrum, n_samples=case.n, n_features=case.p, ridge=case.ridge)
    except ax.ConvergenceError:
        return "refused"
    lower, upper, value = float(result.lower), float(result.upper), float(result.value)
    if not lower <= value <= upper:
        return f"{lower} <= {value} <= {upper} does not hold"
    wrong = _misplaced(case, lower, upper)
    if wrong:
        return wrong
    narrow = 1e-11 * max(1.0, abs(float(result.log_value)) / 30.0)
    # a fractional count is rounded, and a gap magnifies that without limit; whole counts leave no excuse
    if case.whole and lower > 1e-290 and upper < 1e290 and not upper / lower - 1 < narrow:
        return f"bounds {lower}, {upper} are far apart"
    return "fine"


def _misplaced(case: Problem, lower: float, upper: float) -> str:
    """What is wrong with the bounds, by the sign of the equation at each of them; empty if nothing is."""
    oracle = case.oracle
    if upper == 0:
        positive = [m for s, m in zip(case.values, case.counts, strict=True) if case.logs or s > 0]
        learned = sum(map(int, positive)) if case.whole else math.fsum(positive) * (1 - 1e-12)
        proved = case.tail == 0 and (case.ridge == 0 or math.isinf(case.n)) and min(case.n, case.p) >= learned
        return "" if proved else "the root is not zero"
    if lower > 0 and oracle.excess(lower, case.n, case.p, case.ridge) < 0:
        return f"the root is below {lower}"
    if math.isfinite(upper) and oracle.excess(upper, case.n, case.p, case.ridge) > 0:
        return f"the root is above {upper}"
    return ""


def assert_no_violation(seeds: range) -> None:
    verdicts = {seed: verdict(seed) for seed in seeds}
    wrong = {seed: text for seed, text in verdicts.items() if text not in ("fine", "refused")}
    assert not wrong
    # spectra with a gap of more than e^1380 have roots that float64 cannot see: they are refused, and they are few
    assert sum(text == "refused" for text in verdicts.values()) <= 0.02 * len(seeds)


def test_bounds_of_random_problems_hold_the_root() -> None:
    assert_no_violation(range(ORDINARY))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_bounds_of_ten_thousand_random_problems_hold_the_root(part: int) -> None:
    size = COMPLETE // 10
    assert_no_violation(range(part * size, (part + 1) * size))


def grid_verdict(seed: int) -> str:
    """The same for grids of several hundred points, which are solved by other means; a dozen points are judged."""
    rng = np.random.default_rng([7, seed])
    size = int(rng.choice([3, 40, 300, 2500]))
    match rng.integers(4):
        case 0:
            s = np.arange(1.0, size + 1) ** -rng.uniform(0.5, 4)
        case 1:
            s = 10.0 ** -rng.uniform(0, rng.choice([2.0, 12.0, 100.0]), size)
        case 2:
            s = rng.choice(10.0 ** rng.uniform(-12, 3, 3), size) * (1 + 1e-10 * rng.random(size))
        case _:
            s = np.repeat(10.0 ** rng.uniform(-30, 0, 2), [size, size])
    edges = [1.0, s.size / 2, s.size - 1.0, float(s.size), s.size + 1.0, 2.0 * s.size]
    n = np.concatenate([edges, np.round(10.0 ** rng.uniform(0, np.log10(3.0 * s.size) + 0.1, 24))])
    ridge = np.concatenate([[0.0], 10.0 ** rng.uniform(-20, 4, 15)])
    p = float(rng.choice([np.inf, s.size, n[7], 3.0 * s.size]))
    result = ax.effective_ridge(ax.Spectrum(s), n_samples=n[:, None], n_features=p, ridge=ridge)
    lower, upper, value = result.lower, result.upper, result.value
    if not np.all((lower <= value) & (value <= upper)):
        return "a value is not between its bounds"
    for i, j in zip(rng.integers(0, n.size, 12), rng.integers(0, ridge.size, 12), strict=True):
        case = Problem(s.tolist(), False, [1.0] * s.size, 0.0, float(n[i]), p, float(ridge[j]))
        wrong = _misplaced(case, float(lower[i, j]), float(upper[i, j]))
        if wrong or (lower[i, j] > 1e-290 and not upper[i, j] / lower[i, j] - 1 < 1e-11):
            return f"n = {n[i]}, p = {p}, ridge = {ridge[j]}: {wrong or 'the bounds are far apart'}"
    return "fine"


def test_bounds_on_grids_hold_the_roots() -> None:
    wrong = {seed: text for seed in range(12) if (text := grid_verdict(seed)) != "fine"}
    assert not wrong


@pytest.mark.long
def test_bounds_on_many_grids_hold_the_roots() -> None:
    wrong = {seed: text for seed in range(400) if (text := grid_verdict(seed)) != "fine"}
    assert not wrong


def certified_verdict(seed: int) -> str:
    case = problem(seed)
    try:
        result = ax.effective_ridge(case.spectrum, n_samples=case.n, n_features=case.p, ridge=case.ridge, certify=True)
    except ax.ConvergenceError:
        return "refused"
    lower, upper = float(result.lower), float(result.upper)
    if upper > 0 and lower > 1e-290 and upper < 1e290 and not upper / lower - 1 < 5e-16:
        return f"bounds {lower}, {upper} are more than two doubles apart"
    return _misplaced(case, lower, upper) or "fine"


def test_certified_bounds_of_random_problems_hold_the_root() -> None:
    pytest.importorskip("flint")
    wrong = {seed: text for seed in range(ORDINARY) if (text := certified_verdict(seed)) not in ("fine", "refused")}
    assert not wrong


def test_wrong_bounds_would_be_noticed() -> None:
    noticed = 0
    for seed in range(40):
        case = problem(seed)
        value = float(ax.effective_ridge(case.spectrum, n_samples=case.n, n_features=case.p, ridge=case.ridge).value)
        if not (case.whole and 1e-250 < value < 1e250):
            continue
        assert _misplaced(case, value * (1 + 1e-11), value * (1 + 2e-11))
        assert _misplaced(case, value * (1 - 2e-11), value * (1 - 1e-11))
        noticed += 1
    assert noticed >= 10
