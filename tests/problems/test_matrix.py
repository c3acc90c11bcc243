from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import ProblemFileError
from asymptotix.problems.loader import problem_from_mapping
from asymptotix.problems.problem import Problem

SIGMA, OTHER = np.diag([1.0, 0.5, 0.2]), np.array([[1.0, 0.3, 0.0], [0.3, 2.0, 0.0], [0.0, 0.0, 0.4]])
BETA, MOVED = np.array([1.0, -1.0, 2.0]), np.array([1.0, 0.0, 2.0])


def problem(**changes: object) -> Problem:
    model = {
        "kind": "covariate_shift", "covariance": [1.0, 0.5, 0.2], "coefficients": BETA.tolist(),
        "test_covariance": OTHER.tolist(), "test_coefficients": MOVED.tolist(), "noise_variance": 0.1,
    }  # fmt: skip
    return problem_from_mapping({"model": model | changes, "grid": {"n_samples": 10, "ridge": 1.0}}, source="test")


def error_of(made: Problem) -> float:
    return float(ax.risk(made.model, **made.grid).test_error)


def test_lists_rows_and_files_say_the_same(tmp_path: Path) -> None:
    known = ax.CovariateShift(SIGMA, BETA, OTHER, test_coefficients=MOVED, noise_variance=0.1)
    expected = float(ax.risk(known, n_samples=10, ridge=1.0).test_error)
    np.save(tmp_path / "other.npy", OTHER)
    np.savetxt(tmp_path / "other.csv", OTHER, delimiter=",")
    np.savetxt(tmp_path / "beta.txt", BETA)
    assert error_of(problem()) == expected
    assert error_of(problem(covariance=SIGMA.tolist())) == expected
    for name in ("other.npy", "other.csv"):
        made = problem(test_covariance=str(tmp_path / name), coefficients=str(tmp_path / "beta.txt"))
        assert error_of(made) == expected
    assert error_of(problem(test_covariance=SIGMA.tolist())) != pytest.approx(expected, rel=0.1, abs=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test_covariance": [1.0, -1.0, 1.0]}, "test_covariance = .*positive semidefinite"),
        ({"test_covariance": [[1.0, 0.5], [0.5]]}, "rows of different lengths"),
        ({"test_covariance": [1.0, 2.0]}, r"test_covariance = .*shape \(3, 3\)"),
        ({"covariance": "no-such-file.npy"}, "covariance = .*No such file"),
        ({"covariance": 3}, r"test: model.covariance = 3: must be a list"),
        ({"covariance": [1.0, "x"]}, r"model.covariance\[1\] = 'x': must be a number"),
        ({"coefficients": []}, "model.coefficients: must not be an empty list"),
        ({"coeficients": [1.0]}, "did you mean 'coefficients'"),
    ],
)
def test_one_line_for_what_is_wrong(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ProblemFileError, match=message) as caught:
        _ = problem(**changes).model
    assert "\n" not in str(caught.value)


def test_files_that_hold_no_numbers(tmp_path: Path) -> None:
    for name, content in (("a.npy", b"not an array"), ("a.csv", b"1,2\nx,y\n"), ("empty.txt", b"# nothing\n")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ProblemFileError, match=r"a \.npy file or a text file"):
            _ = problem(covariance=str(tmp_path / name)).model
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ProblemFileError, match="covariance = "):
        _ = problem(covariance=str(tmp_path / "objects.npy")).model
