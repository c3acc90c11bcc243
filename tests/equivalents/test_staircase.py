from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError

ENERGIES = [0.5, 0.4, 0.3, 0.0, 0.2]


def test_the_table_is_symmetric_and_falls_with_the_smaller_exponent() -> None:
    steps = ax.features_staircase("relu", ENERGIES)
    assert steps.excess == pytest.approx(steps.excess.T, rel=1e-15, abs=0)
    assert np.diag(steps.excess) == pytest.approx([0.9, 0.5, 0.2, 0.2, 0.0], rel=1e-14, abs=1e-300)
    assert steps.excess[0, 4] == steps.excess[4, 0] == pytest.approx(0.9, rel=1e-14, abs=0)
    assert steps.never == 0.0


def test_energy_on_null_degrees_stays() -> None:
    steps = ax.features_staircase("relu", [0.1, 0.2, 0.3, 0.4])
    assert steps.null_degrees == (3,)
    assert steps.excess[3, 3] == pytest.approx(0.4, rel=1e-15, abs=0)
    odd = ax.features_staircase("erf", [0.1, 0.2, 0.3, 0.4])
    assert odd.null_degrees == (0, 2)
    assert odd.at(9.5, 9.5) == pytest.approx(0.4, rel=1e-15, abs=0)
    assert "never learned" in odd._repr_html_()
    assert odd.at(1.5, np.inf) == pytest.approx(0.8, rel=1e-15, abs=0)


def test_on_a_step_there_is_no_value() -> None:
    steps = ax.features_staircase("relu", ENERGIES)
    found = steps.at([1.0, 1.5, 0.5, 7.0], [2.5, 2.0, 1.0, 8.0])
    assert np.isnan(found).tolist() == [True, False, False, False]
    assert found[1:] == pytest.approx([0.5, 0.9, 0.0], rel=1e-14, abs=1e-300)


def test_the_sphere_comes_near() -> None:
    steps = ax.features_staircase("relu", ENERGIES)
    far, near = (np.abs(steps.measured(d) - steps.excess) for d in (1000, 1_000_000))
    # on the diagonal p / n = d^0.2 only, and the last two rows wait for degree 3, which ReLU lacks
    first = ~np.eye(5, dtype=bool)[:3]
    assert np.all(near[:3][first] < 0.6 * far[:3][first])
    assert near[:3][first].max() < 0.005
    assert near.max() < 0.08
    # negative control: one degree more or less is another table
    assert np.abs(steps.measured(1_000_000)[1, 3] - steps.excess[2, 3]) > 0.25


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ax.features_staircase("relu", []), "energies"),
        (lambda: ax.features_staircase("relu", [1.0], noise_variance=-1), "noise_variance"),
        (lambda: ax.features_staircase("relu", [1.0]).at(0, 1), "samples_exponent"),
        (lambda: ax.features_staircase("relu", [1.0]).at([1, 2], [1, 2, 3]), "broadcast"),
        (lambda: ax.features_staircase("relu", [1.0]).measured(2), "dimension"),
        (lambda: ax.features_staircase("relu", [1.0]).measured(10, ridge=-1), "ridge"),
    ],
)
def test_bad_input(call, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        call()
