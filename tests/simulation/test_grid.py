from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.simulation.grid import broadcast_grid, cells_of, whole_number

KERNEL = SimpleNamespace(has_features=False, max_samples=50)
FEATURES = SimpleNamespace(has_features=True, max_samples=None)


def test_cells_share_n_and_p():
    grid = broadcast_grid(FEATURES, n_samples=10, setting=("ridge", [0.0, 1.0, 2.0]), n_features=np.array([5, 20])[:, None])
    cells = cells_of(grid)
    assert [(cell.n_samples, cell.n_features) for cell in cells] == [(10, 5), (10, 20)]
    assert [cell.estimator.ridges.tolist() for cell in cells] == [[0.0, 1.0, 2.0]] * 2
    assert [cell.positions.tolist() for cell in cells] == [[0, 1, 2], [3, 4, 5]]


def test_cells_cover_a_diagonal_grid_once():
    cells = cells_of(broadcast_grid(KERNEL, n_samples=[30, 10, 30], setting=("ridge", [1.0, 2.0, 3.0]), n_features=None))
    assert sorted(np.concatenate([cell.positions for cell in cells]).tolist()) == [0, 1, 2]
    assert {cell.n_samples: cell.estimator.ridges.tolist() for cell in cells} == {10: [2.0], 30: [1.0, 3.0]}
    assert cells[0].n_features is None


@pytest.mark.parametrize(
    ("sampler", "arguments", "message"),
    [
        (KERNEL, {"n_samples": 0}, "n_samples = .*whole number >= 1"),
        (KERNEL, {"n_samples": -3}, "n_samples = "),
        (KERNEL, {"n_samples": 2.5}, "n_samples = "),
        (KERNEL, {"n_samples": np.nan}, "n_samples = "),
        (KERNEL, {"n_samples": np.inf}, "n_samples = "),
        (KERNEL, {"n_samples": "ten"}, "n_samples = "),
        (KERNEL, {"n_samples": 51}, "at most 50.*with replacement"),
        (KERNEL, {"ridge": -1e-9}, "ridge = "),
        (KERNEL, {"ridge": np.nan}, "ridge = "),
        (KERNEL, {"ridge": [1.0, np.inf]}, "ridge = "),
        (KERNEL, {"ridge": [1.0, 2.0], "n_samples": [1, 2, 3]}, "broadcast"),
        (KERNEL, {"ridge": []}, "non-empty"),
        (KERNEL, {"n_features": 5}, "left out"),
        (FEATURES, {}, "n_features = None"),
        (FEATURES, {"n_features": 0}, "n_features = "),
    ],
)
def test_bad_grids_are_refused(sampler, arguments, message):
    arguments = {"n_samples": 10, "ridge": 1.0, "n_features": None, **arguments}
    with pytest.raises(InvalidInputError, match=message) as caught:
        broadcast_grid(sampler, setting=("ridge", arguments.pop("ridge")), **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [0, -1, 1.5, "3", True, None, np.nan])
def test_whole_number_refuses(value):
    with pytest.raises(InvalidInputError, match="n_trials = "):
        whole_number("n_trials", value, minimum=1)
    assert whole_number("n_trials", np.int64(3), minimum=1) == 3
