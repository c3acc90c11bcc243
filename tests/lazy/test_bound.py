from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError


@pytest.mark.parametrize(("sigma", "beta", "rho"), [(1.0, 1.0, 0.5), (2.0, 0.7, 0.9), (0.3, 5.0, 0.99), (3.0, 0.1, 1e-6)])
def test_displacement_is_sharp_for_one_parameter(sigma: float, beta: float, rho: float) -> None:
    """F = sigma theta - beta theta^2/2 with the label R_0 moves to the smaller root of F = R_0, found without the bound."""
    residual = rho * sigma**2 / (2 * beta)
    bound = ax.lazy_bound(sigma_min=sigma, sigma_max=sigma, lipschitz=beta, initial_residual=residual)
    root = 0.0
    for _ in range(200):  # Newton's method from the left, where F is concave
        root -= (sigma * root - beta * root**2 / 2 - residual) / (sigma - beta * root)
    assert bound.rho == pytest.approx(rho, rel=1e-14, abs=0)
    assert bound.displacement == pytest.approx(root, rel=1e-13, abs=0)
    if rho == 0.5 and sigma == beta == 1:
        assert bound.displacement == pytest.approx(0.29289321881345254, rel=1e-14, abs=0)


def test_sigma_min_stands_squared_in_the_decay_and_the_bound_is_kept() -> None:
    sigma, beta, residual = 0.4, 0.5, 0.1
    bound = ax.lazy_bound(sigma_min=sigma, sigma_max=sigma, lipschitz=beta, initial_residual=residual)
    times = np.linspace(1, 90, 60)
    done = solve_ivp(
        lambda t, p: -(sigma * p - beta * p**2 / 2 - residual) * (sigma - beta * p),
        (0, 90),
        [0.0],
        t_eval=times,
        rtol=1e-12,
        atol=1e-14,
    )
    ratio = ((sigma * done.y[0] - beta * done.y[0] ** 2 / 2) / residual - 1) ** 2
    assert (ratio <= bound.loss_ratio(times)).all()
    assert (ratio > np.exp(-2 * (1 - bound.rho) * sigma * times))[times > 2].all()  # not squared: violated
    rate = -np.diff(np.log(ratio))[-1] / (times[1] - times[0])
    assert rate == pytest.approx(bound.decay_exponent, rel=5e-3, abs=0)  # asymptotically sharp


def test_distances_hold_for_a_curved_map() -> None:
    """F(theta) = J theta + curvature, integrated beside its linearization."""
    rng = np.random.default_rng(7)
    J, forms = rng.standard_normal((3, 8)), rng.standard_normal((3, 8, 8))
    forms += forms.transpose(0, 2, 1)
    forms *= 0.05 / np.sqrt(sum(np.linalg.norm(form, 2) ** 2 for form in forms))  # Lipschitz constant at most 0.05
    labels, singular = rng.standard_normal(3), np.linalg.svd(J)[1]
    bound = ax.lazy_bound(
        sigma_min=singular[-1], sigma_max=singular[0], lipschitz=0.05, initial_residual=float(np.linalg.norm(labels))
    )
    assert bound.rho < 0.5

    def run(curved: float) -> tuple[np.ndarray, np.ndarray]:
        def output(p: np.ndarray) -> np.ndarray:
            return J @ p + curved * np.einsum("kij,i,j->k", forms, p, p) / 2

        def slope(t: float, p: np.ndarray) -> np.ndarray:
            return -(J + curved * np.einsum("kij,j->ki", forms, p)).T @ (output(p) - labels)

        path = solve_ivp(slope, (0, 12), np.zeros(8), t_eval=np.linspace(0, 12, 30), rtol=1e-10, atol=1e-12).y
        return path, np.array([output(p) for p in path.T])

    (path, outputs), (linear_path, linear_outputs) = run(1.0), run(0.0)
    apart = np.linalg.norm(outputs - linear_outputs, axis=1).max()
    assert 1e-4 < apart <= bound.prediction_distance
    assert np.linalg.norm(path - linear_path, axis=0).max() <= bound.parameter_distance
    assert np.linalg.norm(path, axis=0).max() <= bound.displacement


def test_without_certificate_there_is_no_number() -> None:
    bound = ax.lazy_bound(sigma_min=1.0, sigma_max=2.0, lipschitz=1.0, initial_residual=0.5)
    assert not bound.holds
    for name in ("displacement", "decay_exponent", "prediction_distance", "parameter_distance"):
        with pytest.raises(HypothesisError, match="rho = 1 is not below 1"):
            getattr(bound, name)
    linear = ax.lazy_bound(sigma_min=2.0, sigma_max=2.0, lipschitz=0.0, initial_residual=1.0)
    assert (linear.displacement, linear.prediction_distance) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("name", "value"), [("sigma_min", 0.0), ("sigma_min", 3.0), ("lipschitz", -1.0), ("initial_residual", np.inf)]
)
def test_bad_numbers_are_named(name: str, value: float) -> None:
    good = {"sigma_min": 1.0, "sigma_max": 2.0, "lipschitz": 1.0, "initial_residual": 0.1}
    with pytest.raises(InvalidInputError, match=f"{name} = "):
        ax.lazy_bound(**{**good, name: value})
