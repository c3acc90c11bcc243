"""How often `compare` raises a false alarm on real, heavy-tailed trials, and how often it notices a bias of 1 %.

Ten thousand times over, fifty trials are drawn from a pool of simulated ones near the interpolation threshold and laid against
(a) fifty others of the same pool, as differences of pairs, and (b) the mean of the pool, which is what a theory without any error
would say. `python -m benchmarks.false_alarms` prints the rates; the nominal one is one table in a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, kstest, kurtosis, skew, t as student

from asymptotix import RidgeRegression, RiskCurve, Spectrum, compare, risk, simulate
from asymptotix.results import Fields
from asymptotix.verdict import FALSE_ALARM

__all__ = ["Pool", "alarms_against_the_mean", "alarms_of_halves", "main", "make_pool", "noticed", "pooled_scores"]

FloatArray = NDArray[np.float64]

TRIALS = 50


@dataclass(frozen=True)
class Pool:
    """Many trials at each point of a grid, (n_trials, points), with a curve of that grid."""

    curve: RiskCurve
    draws: FloatArray

    def theory(self, values: FloatArray) -> RiskCurve:
        """The curve with these test errors."""
        return replace(self.curve, values=Fields({**self.curve.values, "test_error": values}))


def make_pool(n_trials: int = 4000, seed: int = 0) -> Pool:
    """Test errors of ridge regression on 40 equal eigenvalues, n from 20 to 80 through the threshold, three small ridges."""
    model = RidgeRegression(Spectrum([1.0], [40]), [1.0], noise_variance=0.5)
    n, ridge = np.arange(20, 81, 10)[:, None], np.array([1e-3, 0.1, 3.0])
    simulated = simulate(model, n_samples=n, ridge=ridge, n_trials=n_trials, seed=seed, progress=False)
    curve = risk(model, n_samples=np.repeat(n.ravel(), 3), ridge=np.tile(ridge, len(n)))
    return Pool(curve, simulated.samples["test_error"].reshape(n_trials, -1))


def alarms_of_halves(pool: Pool, repeats: int, rng: np.random.Generator) -> int:
    """Disagreements between two disjoint halves of 2 TRIALS trials, as paired differences."""
    count, theory = 0, pool.theory(pool.draws.mean(axis=0))
    for _ in range(repeats):
        rows = rng.permutation(len(pool.draws))[: 2 * TRIALS]
        differences = pool.draws[rows[:TRIALS]] - pool.draws[rows[TRIALS:]]
        count += _disagrees(theory, theory.test_error + differences.mean(axis=0), differences)
    return count


def alarms_against_the_mean(pool: Pool, repeats: int, rng: np.random.Generator, bias: float = 0.0, trials: int = TRIALS) -> int:
    """Disagreements of TRIALS trials with the mean of the pool, times 1 + bias."""
    count, theory = 0, pool.theory(pool.draws.mean(axis=0) * (1.0 + bias))
    for _ in range(repeats):
        drawn = pool.draws[rng.integers(len(pool.draws), size=trials)]
        count += _disagrees(theory, drawn.mean(axis=0), drawn)
    return count


def noticed(pool: Pool, repeats: int, rng: np.random.Generator, bias: float) -> tuple[int, float]:
    """How often a bias is noticed with as many trials as it takes by the formula of `Verdict.detectable`, and that number."""
    theory = pool.theory(pool.draws.mean(axis=0))
    spread = pool.draws.std(axis=0, ddof=1) / theory.test_error
    best = int(np.argmin(spread))
    trials = TRIALS
    while _detectable(theory, spread, trials)[best] > bias:
        trials = int(1.05 * trials) + 1
    return alarms_against_the_mean(pool, repeats, rng, bias, trials), trials


def pooled_scores(pool: Pool, repeats: int, rng: np.random.Generator) -> FloatArray:
    """z of the last ridge of every n, whose draws are its own: differences of halves in standard errors."""
    scores = []
    for _ in range(repeats):
        rows = rng.permutation(len(pool.draws))[: 2 * TRIALS]
        differences = pool.draws[rows[:TRIALS], 2::3] - pool.draws[rows[TRIALS:], 2::3]
        scores.append(differences.mean(axis=0) / (differences.std(axis=0, ddof=1) / np.sqrt(TRIALS)))
    return np.concatenate(scores)


def _detectable(theory: RiskCurve, spread: FloatArray, trials: int) -> FloatArray:
    errors = spread * theory.test_error / np.sqrt(trials)
    return compare(theory, theory.test_error, errors, n_trials=trials, allowance=0.0).detectable


def _disagrees(theory: RiskCurve, means: FloatArray, draws: FloatArray) -> bool:
    errors = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    return compare(theory, means, errors, n_trials=len(draws), allowance=0.0).outcome == "disagree"


def main(repeats: int = 10_000) -> None:
    """Print the rates beside the nominal one."""
    pool, rng = make_pool(), np.random.default_rng(1)
    low, high = binom.ppf([0.005, 0.995], repeats, FALSE_ALARM)
    print(
        f"{pool.draws.shape[1]} points; skewness of the trials {skew(pool.draws).min():.1f} to {skew(pool.draws).max():.1f}, ",
        end="",
    )
    print(f"excess kurtosis up to {kurtosis(pool.draws).max():.0f}")
    print(f"nominal: {repeats * FALSE_ALARM:.0f} of {repeats} tables (99 %: {low:.0f} to {high:.0f})")
    print(f"halves against halves: {alarms_of_halves(pool, repeats, rng)}")
    print(f"trials against the mean of the pool, no allowance: {alarms_against_the_mean(pool, repeats, rng)}")
    scores = pooled_scores(pool, 200, rng)
    fit = kstest(scores, student(TRIALS - 1).cdf).pvalue
    print(f"{scores.size} pooled z-scores: {np.mean(np.abs(scores) < 1):.3f} within 1 (0.683), Kolmogorov-Smirnov p = {fit:.2f}")
    found, trials = noticed(pool, repeats // 10, rng, 0.01)
    print(f"a bias of 1 %: noticed in {found} of {repeats // 10} tables of {trials} trials")


if __name__ == "__main__":
    main()
