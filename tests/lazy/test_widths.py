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


@pytest.mark.parametrize(("changes", "message"), [({"widths": [64]}, "widths"), ({"n_trials": 1}, "n_trials = 1")])
def test_what_gives_no_slope_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ax.width_study("erf", **changes)  # type: ignore[arg-type] # wrong on purpose


@pytest.mark.long
@pytest.mark.parametrize("initialization", ["antisymmetric", "independent"])
def test_slopes_are_within_their_errors(initialization: str) -> None:
    """Corrections of the next order in N^(b-1) come on top of the errors: 0.1 at b = 3/4 from width 64 on."""
    study = ax.width_study("erf", initialization=initialization, n_trials=4, progress=False)  # type: ignore[arg-type] # a choice of the list
    for name in study.slope:
        apart = np.abs(study.slope[name] - study.theory[name])
        assert (apart <= 3 * study.standard_error[name] + [0.05, 0.1, 0.05]).all(), name
