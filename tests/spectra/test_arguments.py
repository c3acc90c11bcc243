"""Numbers from a user: one line that names argument, value and range, never a traceback of NumPy's or a silent cast."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.conventions import convert_ridge
from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.arguments import all_nonnegative, frozen_array, real_array, real_number, whole_number
from asymptotix.spectra.empirical import empirical_spectrum
from asymptotix.spectra.harmonics import multiplicity
from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.sphere import activation_spectrum, kernel_spectrum
from asymptotix.spectra.target import Target

ONE: Any = Spectrum([1.0])
BAD: dict[str, Callable[[], object]] = {
    "eigenvalues": lambda: Spectrum(np.array([1.0 + 0.0j])),
    "tail": lambda: Spectrum([1.0], tail="x"),
    "tail_peak": lambda: Spectrum([1.0], tail_peak=np.nan),
    "energies": lambda: Target(np.array([1.0j])),
    "exponent": lambda: PowerLaw(None),
    "size": lambda: PowerLaw(2.0, size=np.inf),
    "source": lambda: PowerLaw(2.0).target("x"),
    "dimension": lambda: activation_spectrum("relu", dimension=10**30),
    "max_degree": lambda: activation_spectrum("relu", dimension=10, max_degree="x"),
    "domain": lambda: activation_spectrum("relu", dimension=10, domain="torus"),
    "weights": lambda: activation_spectrum("relu", dimension=10, domain="cube", weights="sphere"),
    "max_samples": lambda: activation_spectrum("relu", dimension=10, max_samples=np.inf),
    "min_degree": lambda: activation_spectrum("relu", dimension=10, min_degree=-1),
    "kernel": lambda: kernel_spectrum("relu", dimension=10),
    "mass": lambda: kernel_spectrum(lambda q1, q2, c: c * np.nan, dimension=10),
    "kernel_matrix": lambda: empirical_spectrum("x", [1.0]),
    "y": lambda: empirical_spectrum(np.eye(2), ["a", "b"]),
    "X": lambda: KernelRidge.on_data(3.0, [1.0], "precomputed"),
    "spectrum": lambda: RandomFeatures([1.0], [1.0]),
    "noise_variance": lambda: RidgeRegression(ONE, [1.0], noise_variance=[0.1, 0.2]),
    "ridge": lambda: convert_ridge("x", objective="mean", n_samples=10),
    "n_samples": lambda: convert_ridge(0.1, objective="mean", n_samples=0),
}


@pytest.mark.parametrize("argument", BAD)
def test_bad_arguments_are_named_in_one_line(argument: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"^{argument} = .* is not valid: {argument} must be ") as caught:
        BAD[argument]()
    assert "\n" not in str(caught.value)


def test_one_list_is_no_spectrum_for_ridge_regression_either() -> None:
    with pytest.raises(InvalidInputError, match=r"^spectrum = "):
        RidgeRegression([1.0], [1.0])


@pytest.mark.parametrize("value", [True, 2.5, 0, np.nan, "x", None])
def test_whole_numbers(value: Any) -> None:
    assert whole_number("k", 3.0, 1) == 3
    with pytest.raises(InvalidInputError, match="k must be an integer >= 1"):
        whole_number("k", value, 1)


OTHERS: list[Any] = ["5", b"5", True, np.True_, np.array(True), np.str_("5"), None, 1j, np.complex128(1.0), np.datetime64(5, "s")]


@pytest.mark.parametrize("value", OTHERS, ids=repr)
def test_text_booleans_and_the_like_are_no_numbers(value: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^x = "):
        real_number("x", value, lambda v: True, "a number")
    if isinstance(value, np.ndarray):  # in a list it is what NumPy makes of it
        return
    for values in (value, [value], [1.0, value], [[1.0], [value]], np.array([value]), np.array([1.0, value], dtype=object)):
        with pytest.raises(InvalidInputError, match=r"^x = "):
            real_array("x", values)


def test_numbers_of_every_kind_are_numbers() -> None:
    for value in (5, 0.5, np.float32(0.5), np.int64(3), Fraction(1, 2), Decimal("0.5"), mpmath.mpf("0.5"), np.array(0.5)):
        assert real_number("x", value, lambda v: True, "a number") == float(value)
        assert real_array("x", [value, 1.0]).tolist() == [float(value), 1.0]


@pytest.mark.parametrize(
    "refused",
    [
        lambda: RidgeRegression(ONE, [1.0], noise_variance="0.1"),
        lambda: RidgeRegression(ONE, [1.0], noise_variance=True),
        lambda: RandomFeatures(ONE, [True]),
        lambda: KernelRidge.on_data([[1.0, True], [0.0, 1.0]], [1.0, 2.0], "precomputed"),
        lambda: Spectrum([1.0, True]),
        lambda: Spectrum([1.0], ["3"]),
        lambda: Spectrum([1.0], tail="0.5"),
        lambda: PowerLaw("1.5"),
        lambda: PowerLaw(1.5, size="100"),
        lambda: risk(RidgeRegression(ONE, [1.0]), n_samples="5", ridge=1.0),
        lambda: risk(RidgeRegression(ONE, [1.0]), n_samples=5, ridge=True),
        lambda: effective_ridge(ONE, n_samples=5, ridge=["1"]),
    ],
)
def test_models_and_solvers_refuse_them_too(refused: Callable[[], object]) -> None:
    with pytest.raises(InvalidInputError, match="is not valid"):
        refused()


def test_nan_is_never_accepted() -> None:
    with pytest.raises(InvalidInputError, match="x = nan"):
        real_number("x", float("nan"), lambda v: True, "a number")


def test_the_largest_multiplicity_that_a_double_holds() -> None:
    assert multiplicity(1000, 300) < np.inf
    with pytest.raises(InvalidInputError, match=r"B\(1000, degree\)"):
        multiplicity(1000, 2000)


def test_a_frozen_array_is_shared_only_if_nobody_writes_to_it() -> None:
    values = np.arange(4.0)
    copy = frozen_array("values", values)
    assert copy is not values
    assert not copy.flags.writeable
    assert values.flags.writeable
    view = values[:]
    view.setflags(write=False)
    assert not np.shares_memory(frozen_array("values", view), values)  # its base is open to writing
    values.setflags(write=False)
    assert frozen_array("values", values) is values
    assert np.shares_memory(frozen_array("values", values[1:]), values)
    assert frozen_array("values", values.astype(np.float32)).dtype == np.float64


@pytest.mark.parametrize("value", [0.0, -0.0, 5e-324, 1.0, 1.7e308])
def test_numbers_that_are_no_negative_ones(value: float) -> None:
    assert all_nonnegative(np.array([1.0, value, 2.0]))


@pytest.mark.parametrize("value", [-5e-324, -1.0, np.inf, -np.inf, np.nan, -np.nan])
def test_numbers_that_are_negative_or_not_finite(value: float) -> None:
    assert not all_nonnegative(np.array([1.0, value, 2.0]))
    assert not all_nonnegative(np.array([-0.0, value]))
