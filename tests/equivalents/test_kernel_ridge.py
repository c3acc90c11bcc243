from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.inner_product import exponential_kernel
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.results import RiskCurve, SimulatedCurve
from asymptotix.simulation.trials import simulate
from asymptotix.verdict import compare

FloatArray = NDArray[np.float64]


def haar_kernel(size: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """A kernel matrix with eigenvectors in general position, and labels on its leading eigenvectors."""
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(rng.standard_normal((size, size)))
    values = size * np.arange(1.0, size + 1) ** -1.2
    labels = np.sqrt(size) * basis @ (np.arange(1.0, size + 1) ** -0.9 * rng.choice([-1, 1], size))
    return (basis * values) @ basis.T, labels


def compression_formula(d: FloatArray, v2: FloatArray, n: float, ridge: float, noise: float) -> dict[str, float]:
    """Held-out bias and variance, noise-free training error: the formulas in omega, by bisection and with subtractions."""
    size = d.size
    c = n / size
    low, high = 0.0, c
    for _ in range(200):
        omega = (low + high) / 2
        left = np.mean(omega * d / (omega * d + ridge))
        low, high = (omega, high) if left < (c - omega) / (1 - omega) else (low, omega)
    s = omega * (1 - c) / (c - omega)
    g = 1 / (omega + s)
    slope = -np.mean((omega + ridge / d) ** -2)
    g_s = -c / (1 + s) ** 2 - (1 - c) / s**2
    den = slope + g_s * (1 + slope / g**2)
    omega1, omega2 = -c / (1 + s) ** 2 / den, -(1 - c) / s**2 / den
    kappa = ridge / omega
    b = np.sum((kappa / (d + kappa)) ** 2 * v2)
    variance = noise * c / (1 + s) ** 2 * (-omega2 * (1 + slope / g**2)) / (1 - c)
    return {"bias": omega2 * b / (1 - c), "variance": variance, "train": omega1 * b / c}


@pytest.mark.parametrize("n", [20, 90, 200, 280])
@pytest.mark.parametrize("ridge", [1e-3, 0.1, 5.0])
def test_stable_form_against_the_compression_formula(n: int, ridge: float) -> None:
    matrix, labels = haar_kernel(300)
    model = KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=0.3)
    clean = KernelRidge.on_data(matrix, labels, "precomputed")
    expected = compression_formula(300 * model.spectrum.eigenvalues, model.target.energies, n, ridge, 0.3)
    curve, clean_curve = (risk(m, n_samples=n, ridge=ridge) for m in (model, clean))
    assert float(curve.bias) == pytest.approx(expected["bias"], rel=1e-8, abs=0)
    assert float(curve.variance) == pytest.approx(expected["variance"], rel=1e-8, abs=0)
    assert float(clean_curve.train_error) == pytest.approx(expected["train"], rel=1e-8, abs=0)


GRID = {"n_samples": np.array([60, 150, 260])[:, None], "ridge": np.array([0.5, 5.0])}


def haar_model(sampling: str = "without_replacement") -> KernelRidge:
    return KernelRidge.on_data(*haar_kernel(300, seed=3), "precomputed", noise_variance=0.3, sampling=sampling)


@pytest.fixture(scope="module")
def simulated() -> SimulatedCurve:
    return simulate(haar_model(), **GRID, n_trials=60, seed=5, progress=False)


def outcome(theory: RiskCurve, simulated: SimulatedCurve, quantity: str) -> str:
    return compare(theory, simulated, quantity=quantity).outcome


@pytest.mark.parametrize(
    "quantity",
    ["test_error", "train_error", "in_sample_risk", "squared_norm", "df1", "df2", "effective_ridge", "bias", "variance"],
)
def test_simulation_on_a_kernel_matrix_in_general_position(simulated: SimulatedCurve, quantity: str) -> None:
    assert outcome(risk(haar_model(), **GRID), simulated, quantity) == "agree"


def test_without_the_correction_held_out_errors_disagree(simulated: SimulatedCurve) -> None:
    assert outcome(risk(haar_model("replacement"), **GRID), simulated, "test_error") == "disagree"


def test_a_large_population_is_independent_sampling() -> None:
    matrix, labels = haar_kernel(700)
    one, two = (
        KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=0.3, sampling=s)
        for s in ("without_replacement", "replacement")
    )
    near, far = (
        abs(float(risk(one, n_samples=n, ridge=0.1).test_error / risk(two, n_samples=n, ridge=0.1).test_error) - 1)
        for n in (4, 240)
    )
    assert near < 5e-3
    assert far > 10 * near


def test_ridgeless_is_the_limit_of_small_ridges() -> None:
    matrix, labels = haar_kernel(120)
    values, vectors = np.linalg.eigh(matrix)
    values[:60] = 0.0
    low_rank = (vectors * values) @ vectors.T
    for kernel, n in ((matrix, 40), (matrix, 110), (low_rank, 40), (low_rank, 90)):
        model = KernelRidge.on_data(kernel, labels, "precomputed", noise_variance=0.3)
        limit, small = (risk(model, n_samples=n, ridge=ridge) for ridge in (0.0, 1e-11))
        for name in ("bias", "variance", "test_error", "squared_norm", "df1", "df2"):
            assert float(limit.values[name]) == pytest.approx(float(small.values[name]), rel=1e-6, abs=1e-12), (n, name)


def test_ridgeless_at_the_rank_is_refused() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 10))
    model = KernelRidge.on_data(x @ x.T, x[:, 0], "precomputed", noise_variance=0.1)
    assert model.spectrum.rank == 10
    with pytest.raises(HypothesisError, match="n_samples = 10"):
        risk(model, n_samples=10, ridge=0.0)


def test_bad_input() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((30, 5)), rng.standard_normal(30)
    model = KernelRidge.on_data(x, y, exponential_kernel())
    with pytest.raises(InvalidInputError, match=r"n_samples = 30\.0 is not valid: n_samples must be below the number of points"):
        risk(model, n_samples=30, ridge=0.1)
    with pytest.raises(InvalidInputError, match="n_samples"):
        risk(model, n_samples=0, ridge=0.1)
    with pytest.raises(InvalidInputError, match=r"y must be of shape \(30,\)"):
        KernelRidge.on_data(x, y[:-1], exponential_kernel())
    with pytest.raises(InvalidInputError, match="sampling"):
        KernelRidge.on_data(x, y, exponential_kernel(), sampling="bootstrap")
    with pytest.raises(InvalidInputError, match="finite"):
        KernelRidge.on_data(x, np.full(30, np.nan), exponential_kernel())
    with pytest.raises(InvalidInputError, match="dimension = 2"):
        KernelRidge.on_sphere(exponential_kernel(), dimension=2, target=[1.0])
