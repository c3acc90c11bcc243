"""Grids of ten thousand points of the models of ridge regression, and gradient flow, beside the loops that one writes by hand.

By hand each point is one root search, by damped fixed-point iteration, by SciPy's fsolve, or by its brentq, and a few sums over
all eigenvalues. The package starts from the model with its table of the spectrum made: the compression has its own workloads.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, fsolve

from asymptotix import CovariateShift, KernelRidge, LatentSpace, RidgeRegression, RiskCurve, compress, exponential_kernel, risk
from asymptotix.acceleration import compiled_path
from asymptotix.equivalents.gradient_flow.contours import flow_contour
from benchmarks.measurement import Measurement, measure

__all__ = ["SOLVERS", "run_flow", "run_latent", "run_ridge", "run_shift", "run_sphere"]

FloatArray = NDArray[np.float64]
Solve = Callable[[FloatArray, FloatArray, float, float], float]

NOISE_VARIANCE = 0.1


def by_fixed_point(s: FloatArray, m: FloatArray, n: float, ridge: float) -> float:
    """Damped iteration of kappa = (ridge + sum m s kappa / (s + kappa)) / n."""
    kappa = (ridge + float(m @ s)) / n
    for _ in range(100_000):
        there = 0.5 * kappa + 0.5 * (ridge + float(m @ (s * kappa / (s + kappa)))) / n
        if abs(there - kappa) < 1e-13 * kappa:
            break
        kappa = there
    return kappa


def by_fsolve(s: FloatArray, m: FloatArray, n: float, ridge: float) -> float:
    """SciPy's fsolve in log kappa."""
    start = np.log((ridge + float(m @ s)) / n)
    found = fsolve(lambda x: n - ridge * np.exp(-x[0]) - float(m @ (s / (s + np.exp(x[0])))), start, xtol=1e-14)
    return float(np.exp(found[0]))


def by_brentq(s: FloatArray, m: FloatArray, n: float, ridge: float) -> float:
    """SciPy's brentq in log kappa."""
    high = np.log(2.0 * (ridge + float(m @ s)) / n)

    def missing(x: float) -> float:
        return float(n - ridge * np.exp(-x) - m @ (s / (s + np.exp(x))))

    return float(np.exp(brentq(missing, np.log(1e-16), high, xtol=1e-14, rtol=1e-14)))


SOLVERS: dict[str, Solve] = {"damped iteration": by_fixed_point, "fsolve": by_fsolve, "brentq": by_brentq}


def _test_error(s: FloatArray, m: FloatArray, e: FloatArray, hidden: float, n: float, kappa: float) -> float:
    df2 = float(m @ (s / (s + kappa)) ** 2)
    return (float(e @ (kappa / (s + kappa)) ** 2) + hidden + NOISE_VARIANCE) / (1.0 - df2 / n)


def _grid(side: int, largest: float) -> tuple[FloatArray, FloatArray]:
    return np.linspace(largest / side, largest, side).round()[:, None], np.logspace(-4, 2, side)


def _measured(
    name: str, package: Callable[[], RiskCurve], point: Callable[[int], float], size: int, every: int, repeats: int
) -> Measurement:
    """`point` is the test error at one point of the grid, by its number; by hand one in `every` is done."""
    chosen = range(0, size, every)
    with compiled_path("never"):
        return measure(
            f"{size} points, {name}",
            package=package,
            by_hand=lambda: np.array([point(index) for index in chosen]),
            repeats=repeats,
            share=len(chosen) / size,
            read=lambda curve: curve.test_error.ravel()[::every],
        )


def run_ridge(solver: str = "brentq", size: int = 10_000, side: int = 100, every: int = 499, repeats: int = 3) -> Measurement:
    """Ridge regression on eigenvalues i^-1.5, side x side values of n_samples and ridge."""
    index = np.arange(1.0, size + 1.0)
    s, e, solve = index**-1.5, index**-2.2, SOLVERS[solver]
    table = compress(s, e)
    model = RidgeRegression(table, table.target, noise_variance=NOISE_VARIANCE)
    n, ridge = _grid(side, size / 2)

    def point(index: int) -> float:
        samples, lam = float(n[index // side, 0]), float(ridge[index % side])
        return _test_error(s, np.ones(size), e, 0.0, samples, solve(s, np.ones(size), samples, lam))

    package = lambda: risk(model, n_samples=n, ridge=ridge)  # noqa: E731 a name for what is timed
    return _measured(f"ridge regression, {size} eigenvalues, by hand with {solver}", package, point, side**2, every, repeats)


def run_sphere(side: int = 100, every: int = 97, repeats: int = 3) -> Measurement:
    """Kernel ridge regression on the sphere, the exponential kernel in 30 dimensions."""
    energies = np.array([0.0, 0.5, 0.3, 0.2])
    model = KernelRidge.on_sphere(exponential_kernel(), dimension=30, target=energies, noise_variance=NOISE_VARIANCE)
    s, m, e = model.spectrum.eigenvalues, model.spectrum.multiplicities, model.target.padded(len(model.spectrum))
    n, ridge = _grid(side, 5000.0)

    def point(index: int) -> float:
        samples, lam = float(n[index // side, 0]), float(ridge[index % side]) + model.spectrum.tail
        return _test_error(s, m, e, 0.0, samples, by_brentq(s, m, samples, lam))

    package = lambda: risk(model, n_samples=n, ridge=ridge)  # noqa: E731 a name for what is timed
    return _measured("kernel ridge regression on the sphere, d = 30, brentq", package, point, side**2, every, repeats)


def run_latent(side: int = 100, every: int = 97, repeats: int = 3) -> Measurement:
    """The latent space model, side values of n_samples and of n_features."""
    d, model = 20, LatentSpace(20, signal=1.0, noise_variance=NOISE_VARIANCE)
    n, p = np.linspace(10, 1000, side).round()[:, None], np.linspace(30, 3000, side).round()

    def point(index: int) -> float:
        samples, features = float(n[index // side, 0]), float(p[index % side])
        r = features / d
        s, m = np.array([1.0 + r, 1.0]), np.array([d, features - d])
        kappa = by_brentq(s, m, samples, 0.5)
        return _test_error(s, m, np.array([r / (1.0 + r), 0.0]), 1.0 / (1.0 + r), samples, kappa)

    package = lambda: risk(model, n_samples=n, n_features=p, ridge=0.5)  # noqa: E731 a name for what is timed
    return _measured("latent space, brentq", package, point, side**2, every, repeats)


def run_shift(size: int = 100, side: int = 100, every: int = 97, repeats: int = 3) -> Measurement:
    """Covariate shift with a test covariance that does not commute."""
    rng = np.random.default_rng(0)
    factor, s, beta = rng.standard_normal((size, 2 * size)), np.arange(1.0, size + 1.0) ** -1.2, rng.standard_normal(size)
    test = factor @ factor.T / size
    model = CovariateShift(s, beta, test, noise_variance=NOISE_VARIANCE)
    n, ridge = _grid(side, 10.0 * size)

    def point(index: int) -> float:
        samples, lam = float(n[index // side, 0]), float(ridge[index % side])
        kappa = by_brentq(s, np.ones(size), samples, lam)
        u = kappa * beta / (s + kappa)
        spread = float(s @ (np.diag(test) / (s + kappa) ** 2)) / (samples - float(np.sum((s / (s + kappa)) ** 2)))
        return float(u @ test @ u) + spread * (float(s @ u**2) + NOISE_VARIANCE) + NOISE_VARIANCE

    package = lambda: risk(model, n_samples=n, ridge=ridge)  # noqa: E731 a name for what is timed
    return _measured(f"covariate shift, p = {size}, brentq", package, point, side**2, every, repeats)


def run_flow(size: int = 10_000, times: int = 100, every: int = 50, n_samples: float = 500.0, repeats: int = 2) -> Measurement:
    """Gradient flow on eigenvalues i^-1.5, the model made anew each time; by hand with damped iteration at complex ridges."""
    index = np.arange(1.0, size + 1.0)
    s, e = index**-1.5, index**-2.2
    moments = np.logspace(-4, 2, times)

    def flow() -> RiskCurve:
        table = compress(s, e)
        return risk(RidgeRegression(table, table.target, noise_variance=NOISE_VARIANCE), n_samples=n_samples, time=moments)

    def point(place: int) -> float:
        contour = flow_contour(float(moments[place]))
        nodes = np.concatenate([contour.nodes, contour.nodes.conj()])
        gains = np.concatenate([contour.gains, contour.gains.conj()])
        kappas = nodes / n_samples + 1e-3 * np.sign(nodes.imag) * 1j
        for _ in range(3000):
            there = np.array([(lam + np.sum(s * k / (s + k))) / n_samples for lam, k in zip(nodes, kappas, strict=True)])
            change, kappas = np.max(np.abs(there / kappas - 1)), there
            if change < 1e-13:
                break
        left, learned = kappas[:, None] / (s + kappas[:, None]), s / (s + kappas[:, None])
        gap = n_samples - learned @ learned.T
        bias, unit = n_samples * (left * e) @ left.T / gap, (learned @ learned.T) / gap
        return float(np.real(gains @ (bias + NOISE_VARIANCE * unit) @ gains)) + NOISE_VARIANCE

    return _measured(f"gradient flow, {size} eigenvalues, damped iteration", flow, point, times, every, repeats)
