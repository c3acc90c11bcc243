"""The paper's own route, in 50 digits: its two complex equations and its polynomials, which the package does not have."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.spectra.harmonics import multiplicity
from tests.equivalents.oracle import cases

MM = {name: case for name, case in cases("random_features").items() if name.startswith("MM")}
GRID = [(2.0, 3.0, 0.1), (3.0, 2.0, 0.1), (0.5, 2.0, 1.0), (1.0, 1.0, 1e-3), (10.0, 0.2, 1e-6), (0.3, 0.7, 0.0), (3.0, 2.0, 0.0)]


def polynomials(psi1, psi2, zeta, chi):
    """E_0, E_1, E_2 of the paper."""
    z2, z4, z6 = zeta**2, zeta**4, zeta**6
    e0 = (
        -(chi**5) * z6 + 3 * chi**4 * z4 + (psi1 * psi2 - psi2 - psi1 + 1) * chi**3 * z6 - 2 * chi**3 * z4 - 3 * chi**3 * z2
        + (psi1 + psi2 - 3 * psi1 * psi2 + 1) * chi**2 * z4 + 2 * chi**2 * z2 + chi**2 + 3 * psi1 * psi2 * chi * z2 - psi1 * psi2
    )  # fmt: skip
    e1 = psi2 * chi**3 * z4 - psi2 * chi**2 * z2 + psi1 * psi2 * chi * z2 - psi1 * psi2
    e2 = (
        chi**5 * z6 - 3 * chi**4 * z4 + (psi1 - 1) * chi**3 * z6 + 2 * chi**3 * z4 + 3 * chi**3 * z2
        + (-psi1 - 1) * chi**2 * z4 - 2 * chi**2 * z2 - chi**2
    )  # fmt: skip
    return e0, e1, e2


def paper(psi1: float, psi2: float, zeta: mpmath.mpf, lambda_bar: mpmath.mpf, start: float) -> tuple[mpmath.mpf, ...]:
    """B, V, chi; with ridge from the two equations for nu_1, nu_2 at xi = i sqrt(psi1 psi2 lambda_bar), without from its root."""
    p1, p2 = mpmath.mpf(psi1), mpmath.mpf(psi2)
    if lambda_bar == 0:
        psi = min(p1, p2)
        b = psi * zeta**2 - zeta**2 - 1
        chi = -(mpmath.sqrt(b**2 + 4 * zeta**2 * psi) + b) / (2 * zeta**2)
    else:
        xi = mpmath.sqrt(p1 * p2 * lambda_bar)  # nu = i u: everything is real

        def system(u, v):
            chi = -u * v
            return (
                u * (xi + v * (1 + zeta**2 / (1 - zeta**2 * chi))) - p1,
                v * (xi + u * (1 + zeta**2 / (1 - zeta**2 * chi))) - p2,
            )

        t = 1 / mpmath.mpf(start) + zeta**2 / (zeta**2 + start)
        guess = (mpmath.sqrt((p1 - t) / (p2 - t) / start), mpmath.sqrt((p2 - t) / (p1 - t) / start))
        u, v = mpmath.findroot(system, guess)
        chi = -u * v
    e0, e1, e2 = polynomials(p1, p2, zeta, chi)
    return e1 / e0, e2 / e0, chi


@pytest.mark.parametrize("activation", ["relu", "erf"])
@pytest.mark.parametrize(("psi1", "psi2", "lambda_bar"), GRID)
def test_the_limit_is_the_general_equivalent_and_the_paper_to_fourteen_digits(
    activation: str, psi1: float, psi2: float, lambda_bar: float
) -> None:
    mass = ax.proportional_regime(activation, [0, 1], features_ratio=5, samples_ratio=1)
    ridge = psi2 * lambda_bar * mass.mass_beyond
    limit = ax.proportional_regime(
        activation, [0, 1, 0.3], features_ratio=psi1, samples_ratio=psi2, ridge=ridge, noise_variance=0.25
    )
    for dimension in (100, 12345):
        general = ax.risk(limit.model(dimension), n_samples=psi2 * dimension, n_features=psi1 * dimension, ridge=ridge)
        for name in ("bias", "variance", "test_error", "train_error"):
            assert float(getattr(limit, name)) == pytest.approx(float(general.values[name]), rel=1e-14, abs=0), name
    with mpmath.workdps(50):
        one, beyond = mpmath.mpf(limit.mass), mpmath.mpf(limit.mass_beyond)
        zeta, bar = mpmath.sqrt(one / beyond), mpmath.mpf(ridge) / (mpmath.mpf(psi2) * beyond)
        b, v, chi = paper(psi1, psi2, zeta, bar, float(limit.kappa))
        excess = b + (mpmath.mpf(0.25) + mpmath.mpf(0.3)) * v + mpmath.mpf(0.3)
    for ours, theirs in ((limit.B, b), (limit.V, v), (limit.chi, chi), (limit.excess_risk, excess)):
        assert float(ours) == pytest.approx(float(theirs), rel=2e-14, abs=0)
    # negative control: the ridge of the paper is another number
    if ridge > 0 and psi2 != 1:
        other = ax.proportional_regime(activation, [0, 1], features_ratio=psi1, samples_ratio=psi2, ridge=ridge / psi2)
        assert float(other.B) != pytest.approx(float(b), rel=1e-10, abs=0)


@pytest.mark.parametrize("name", MM)
def test_reference_values(name: str) -> None:
    extra = MM[name]["outputs"].get("extra") or MM[name]["extra"]
    bar, psi1, psi2 = float(extra["lambda_bar"]), float(extra["psi1"]), float(extra["psi2"])
    beyond = ax.proportional_regime(extra["activation"], [0, 1], features_ratio=5, samples_ratio=1).mass_beyond
    limit = ax.proportional_regime(
        extra["activation"], [0, 1, 0.3], features_ratio=psi1, samples_ratio=psi2, ridge=psi2 * bar * beyond, noise_variance=0.25
    )
    assert float(limit.B) == pytest.approx(float(extra["B_MM"]), rel=1e-13, abs=0)
    assert float(limit.V) == pytest.approx(float(extra["V_MM"]), rel=1e-13, abs=0)
    assert float(limit.chi) == pytest.approx(float(extra["chi_MM"]), rel=1e-13, abs=0)
    assert limit.zeta == pytest.approx(float(extra["zeta"]), rel=1e-13, abs=0)
    assert float(limit.lambda_bar) == pytest.approx(bar, rel=1e-13, abs=0)
    assert float(limit.test_error) == pytest.approx(float(MM[name]["outputs"]["test"]), rel=1e-12, abs=0)
    assert float(limit.train_error) == pytest.approx(float(MM[name]["outputs"]["train"]), rel=1e-12, abs=0)


def test_ridgeless_forms() -> None:
    psi1, psi2 = np.array([0.2, 1.0, 2.9]), 3.0
    limit = ax.proportional_regime("tanh", [0, 1], features_ratio=psi1, samples_ratio=psi2)
    assert np.abs(limit.V * (psi2 - psi1) / psi1 - 1).max() < 1e-14
    expected = psi2 / (psi2 - psi1) * limit.kappa / (limit.zeta**2 + limit.kappa)
    assert np.abs(limit.B / expected - 1).max() < 1e-13
    assert np.all(limit.train_error > 0)
    assert float(ax.proportional_regime("tanh", [0, 1], features_ratio=3, samples_ratio=1).train_error) == 0.0


def test_the_conversion_of_ridges_is_that_of_the_conventions() -> None:
    theirs, n, d = 0.07, 300, 100
    ours = float(ax.convert_ridge(theirs, objective="Mei-Montanari", n_samples=n, dimension=d))
    limit = ax.proportional_regime("relu", [0, 1], features_ratio=2, samples_ratio=n / d, ridge=ours)
    assert float(limit.mei_montanari_ridge) == pytest.approx(theirs, rel=1e-14, abs=0)


def test_the_sphere_comes_near_as_one_over_d() -> None:
    """The distance has the constant -0.534 / d for this problem."""
    bar, distances = 0.1, []
    beyond = ax.proportional_regime("relu", [0, 1], features_ratio=5, samples_ratio=1).mass_beyond
    arguments = {"features_ratio": 2, "samples_ratio": 3, "ridge": 3 * bar * beyond, "noise_variance": 0.25}
    limit = float(ax.proportional_regime("relu", [0, 1], **arguments).excess_risk)
    assert limit == pytest.approx(0.617155836603907, rel=1e-13, abs=0)
    for d in (1000, 100_000):
        model = ax.RandomFeatures.on_sphere("relu", dimension=d, target=[0, 1], noise_variance=0.25)
        curve = ax.risk(model, n_samples=3 * d, n_features=2 * d, ridge=arguments["ridge"])
        distances.append(d * (float(curve.excess_risk) - limit))
    assert distances == pytest.approx([-0.534, -0.534], rel=0.01, abs=0)


@pytest.mark.parametrize(("psi1", "psi2"), [(2.0, 3.0), (3.0, 2.0)])
def test_higher_degrees_on_the_sphere(psi1: float, psi2: float) -> None:
    energies, d = [0.5, 0.4, 0.3, 0.0, 0.2], 100_000
    limit = ax.proportional_regime("relu", energies, degree=2, features_ratio=psi1, samples_ratio=psi2, ridge=0.01)
    count = float(multiplicity(d, 2))
    model = ax.RandomFeatures.on_sphere("relu", dimension=d, target=energies)
    curve = ax.risk(model, n_samples=psi2 * count, n_features=psi1 * count, ridge=0.01)
    assert float(curve.excess_risk) == pytest.approx(float(limit.excess_risk), rel=5e-5, abs=0)
    # the degree matters, and so does its factorial
    assert float(curve.excess_risk) != pytest.approx(
        float(ax.proportional_regime("relu", energies, features_ratio=psi1, samples_ratio=psi2, ridge=0.01).excess_risk), rel=0.05
    )


def test_degrees_without_a_coefficient_are_never_learned() -> None:
    odd = ax.proportional_regime("erf", [0.4, 1.0], features_ratio=2, samples_ratio=3)  # mu_0 = 0: a constant is noise
    even = ax.proportional_regime("erf", [0.0, 1.0, 0.4], features_ratio=2, samples_ratio=3)
    assert float(odd.excess_risk) == pytest.approx(float(even.excess_risk), rel=1e-14, abs=0)
    free = ax.proportional_regime("relu", [0.4, 1.0], features_ratio=2, samples_ratio=3)
    assert float(free.excess_risk) == pytest.approx(float(free.B), rel=1e-14, abs=0)


def test_a_polynomial_of_the_degree_has_nothing_beyond() -> None:
    linear = ax.proportional_regime("x", [0, 1], features_ratio=2, samples_ratio=3, ridge=0.1, noise_variance=0.1)
    model = ax.RandomFeatures(ax.Spectrum([0.01], [100]), [1.0], noise_variance=0.1)
    curve = ax.risk(model, n_samples=300, n_features=200, ridge=0.1)
    assert linear.zeta == np.inf
    assert float(linear.test_error) == pytest.approx(float(curve.test_error), rel=1e-14, abs=0)


def test_grids_and_the_kernel_limit() -> None:
    limit = ax.proportional_regime("relu", [0, 1], features_ratio=[[1.0], [np.inf]], samples_ratio=[0.5, 2.0], ridge=0.1)
    assert limit.test_error.shape == (2, 2)
    kernel = ax.critical_regime([1 / (2 * np.pi), 0.25, limit.mass_beyond], [0, 1], degree=1, ratio=[0.5, 2.0], ridge=0.1)
    assert limit.test_error[1] == pytest.approx(kernel.test_error, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"activation": "abs"}, HypothesisError, "mu_1 = .* = 0"),
        ({"activation": "cos"}, HypothesisError, "activation = cos"),
        ({"degree": 3}, HypothesisError, "mu_3"),
        ({"degree": 0}, InvalidInputError, "degree = 0"),
        ({"features_ratio": 3.0}, HypothesisError, "samples_ratio = 3"),
        ({"features_ratio": -1.0}, InvalidInputError, r"features_ratio = -1\.0"),
        ({"samples_ratio": np.inf}, InvalidInputError, "samples_ratio = inf"),
        ({"features_ratio": [1, 2], "samples_ratio": [1, 2, 3]}, InvalidInputError, "broadcast"),
        ({"ridge": -1.0}, InvalidInputError, r"ridge = -1\.0"),
        ({"energies": [0, -1]}, InvalidInputError, "energies"),
        ({"energies": []}, InvalidInputError, "energies"),
        ({"noise_variance": np.nan}, InvalidInputError, "noise_variance = nan"),
    ],
)
def test_bad_input(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ax.proportional_regime(
            **({"activation": "relu", "energies": [0, 1], "features_ratio": 2, "samples_ratio": 3} | arguments)
        )
