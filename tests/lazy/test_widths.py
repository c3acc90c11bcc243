from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError


def test_weights_and_kernel_follow_their_powers_of_the_width() -> None:
    study = ax.width_study("erf", widths=[32, 256], scale_exponents=[0.5, 1.0], n_trials=2, n_samples=8, progress=False)
    assert study.theory["kernel_change"].tolist() == [-1.0, 0.0]
    assert study.slope["weight_change"] == pytest.approx([-0.5, 0.0], rel=0, abs=0.08)
    assert study.slope["kernel_change"] == pytest.approx([-1.0, 0.0], rel=0, abs=0.2)
    assert abs(study.slope["kernel_change"][0] + 0.5) > 0.3  # not the slope of the weights
    by_hand = np.log(study.values["kernel_change"][0, 1] / study.values["kernel_change"][0, 0]) / np.log(8)
    assert study.slope["kernel_change"][0] == pytest.approx(by_hand.mean(), rel=1e-10, abs=0)
    assert study.standard_error["kernel_change"][0] == pytest.approx(by_hand.std(ddof=1) / 2**0.5, rel=1e-8, abs=0)
    assert len(study.table) == 8


def test_theory_knows_parity_signs_and_kinks() -> None:
    def kernel_slope(name: str, initialization: str) -> float:
        arguments = {"widths": [8, 16], "scale_exponents": [0.5], "n_trials": 2, "n_samples": 3, "dimension": 3}
        found = ax.width_study(name, initialization=initialization, progress=False, **arguments)  # type: ignore[arg-type] # checked there
        return float(found.theory["kernel_change"][0])

    assert kernel_slope("erf", "same") == -1.0  # odd
    assert kernel_slope("erf(x + 1/2)", "same") == -0.5
    assert kernel_slope("erf(x + 1/2)", "independent") == -1.0
    assert np.isnan(kernel_slope("relu", "antisymmetric"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"widths": [64]}, "widths"),
        ({"widths": [64, 128.5]}, "widths"),
        ({"n_trials": 1}, "n_trials = 1"),
        ({"dimension": 0}, "dimension = 0"),
        ({"seed": -1}, "seed"),
        ({"layers": "last"}, "linear at every width"),
    ],
)
def test_what_gives_no_slope_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ax.width_study("erf", **changes)  # type: ignore[arg-type] # wrong on purpose


def test_the_figure_has_points_and_lines_of_the_expansion() -> None:
    study = ax.width_study(
        "relu", widths=[8, 16], scale_exponents=[0.5, 1.0], n_trials=2, n_samples=3, dimension=3, progress=False
    )
    assert (len(study.plot("weight_change").lines_), len(study.plot("weight_change").errorbar_)) == (2, 2)
    assert not study.plot().lines_  # no exponent is confirmed for the kernel of a ReLU
    with pytest.raises(InvalidInputError, match="quantity = 'speed'"):
        study.plot("speed")


@pytest.mark.parametrize(
    ("name", "initialization", "theory"),
    [("erf", "antisymmetric", -2.0), ("erf", "independent", -1.0), ("erf(x + 1/2)", "same", -1.0)],
)
def test_slopes_in_a_scale_at_fixed_width(name: str, initialization: str, theory: float) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((15, 10))
    X *= np.sqrt(10) / np.linalg.norm(X, axis=1, keepdims=True)
    y, scales = rng.standard_normal(15), np.array([4.0, 32.0])
    reports = [
        ax.linearization_report(name, X, y, width=128, output_scale=alpha, initialization=initialization, progress=False)  # type: ignore[arg-type] # a choice of the list
        for alpha in scales
    ]

    def slope(quantity: str) -> float:
        values = [float(np.max(getattr(found, quantity))) for found in reports]
        return float(np.log(values[1] / values[0]) / np.log(8))

    assert slope("weight_change") == pytest.approx(-1.0, rel=0, abs=0.03)
    assert slope("kernel_change") == pytest.approx(theory, rel=0, abs=0.1)
    assert slope("train_distance") == pytest.approx(theory, rel=0, abs=0.2)


def test_beyond_the_mean_field_scale_wider_networks_move_further_and_no_theory_is_given() -> None:
    study = ax.width_study("erf", widths=[32, 256], scale_exponents=[1.0, 1.25], n_trials=2, n_samples=8, progress=False)
    change = study.values["kernel_change"].mean(axis=2)
    assert (change[1] > 1.0).all()
    assert study.slope["weight_change"] == pytest.approx([0.0, 0.25], rel=0, abs=0.1)
    assert np.isnan(study.theory["kernel_change"][1])  # the expansion in N^(b-1) is not small
    assert np.isnan(study.theory["weight_change"][1])


@pytest.mark.long
@pytest.mark.parametrize("initialization", ["antisymmetric", "independent"])
def test_slopes_are_within_their_errors(initialization: str) -> None:
    """Corrections of the next order in N^(b-1) come on top of the errors: up to 0.1 at b = 3/4, see the test below."""
    study = ax.width_study("erf", initialization=initialization, n_trials=4, progress=False)  # type: ignore[arg-type] # a choice of the list
    for name in study.slope:
        apart = np.abs(study.slope[name] - study.theory[name])
        assert (apart <= 3 * study.standard_error[name] + [0.05, 0.1, 0.05]).all(), name


@pytest.mark.long
def test_the_shallow_slope_at_three_quarters_is_the_next_order() -> None:
    """Only gamma N counts: at a fixed width with the same N^(b-1) the slope is as shallow, and the expansion's far below."""
    study = ax.width_study("erf", widths=[256, 1024, 4096], scale_exponents=[0.75], n_trials=6, progress=False)
    epsilon = np.array([256.0, 1024.0, 4096.0, 4.0**10, 4.0**12]) ** -0.25
    changes = np.empty((6, 5))
    for trial in range(6):
        rng = np.random.default_rng([1, trial])
        X = rng.standard_normal((15, 10))
        X *= np.sqrt(10) / np.linalg.norm(X, axis=1, keepdims=True)
        y = rng.standard_normal(15)
        for k, eps in enumerate(epsilon):
            found = ax.linearization_report("erf", X, y, width=512, output_scale=512**-0.5 / eps, seed=trial, progress=False)
            changes[trial, k] = found.kernel_change
    logs = np.log(changes)
    same = (logs[:, 2] - logs[:, 0]) / np.log(16)
    error = np.hypot(study.standard_error["kernel_change"][0], same.std(ddof=1) / 6**0.5)
    assert abs(study.slope["kernel_change"][0] - same.mean()) < 3 * error
    assert same.mean() > -0.47
    assert (logs[:, 4] - logs[:, 3]).mean() / np.log(16) == pytest.approx(-0.5, rel=0, abs=0.015)
