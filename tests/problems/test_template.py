from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.problems.loader import load_problem
from asymptotix.problems.template import TEMPLATE_KINDS, problem_template


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_every_template_loads_and_has_a_risk(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(problem_template(kind, name=str(file)), encoding="utf-8")
    problem = load_problem(file)
    curve = ax.risk(problem.model, **problem.grid)
    assert curve.test_error.shape == np.broadcast_shapes(*(values.shape for values in problem.grid.values()))
    assert np.all(curve.test_error > problem.model.noise_variance)


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_every_key_of_a_template_is_explained_where_it_is_not_plain(kind: str) -> None:
    text = problem_template(kind)
    assert "|y - f|^2 + ridge |theta|^2" in text
    assert text.count("#") >= 9
    assert tomllib.loads(text)["model"]["kind"] == kind


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInputError, match="random_features_sphere"):
        problem_template("perceptron")
