"""Sums over whole numbers by fades and panels, against sums known in closed form."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from asymptotix.spectra import counting_measure
from asymptotix.spectra.counting_measure import IndexChart, counting_rule, summing_to

LOGARITHMIC = IndexChart(
    gap=lambda i, j: float(np.log(j / i)), advance=lambda i, d: i * np.exp(d), rate=lambda i: 1.0 / i, growth=1e3
)
LINEAR = IndexChart(gap=lambda i, j: j - i, advance=lambda i, d: i + d, rate=np.ones_like, growth=4.0)


@pytest.mark.parametrize("power", [1.5, 2.0, 3.0, 7.0])
def test_zeta(power: float) -> None:
    index, weights = counting_rule(LOGARITHMIC, 30, 1e30)
    beyond = 1e30 ** (1.0 - power) / (power - 1.0)
    value = math.fsum([*(weights * index**-power), beyond])
    assert value == pytest.approx(float(mpmath.zeta(power)), rel=2e-15, abs=0)
    assert np.all(weights > 0)


@pytest.mark.parametrize("chart", [LOGARITHMIC, LINEAR])
@pytest.mark.parametrize("size", [5, 60, 100, 1000, 10_000])
@pytest.mark.parametrize("power", [0, 1, 2, 5])
def test_sums_of_powers(chart: IndexChart, size: int, power: int) -> None:
    index, weights = counting_rule(chart, 10, 0.0, size)
    exact = sum(i**power for i in range(1, size + 1))
    assert math.fsum(weights * index**power) == pytest.approx(exact, rel=2e-14, abs=0)
    assert math.fsum(weights) == size


@pytest.mark.parametrize("rate", [1e-3, 0.05])
def test_a_geometric_series(rate: float) -> None:
    chart = IndexChart(
        gap=lambda i, j: rate * (j - i), advance=lambda i, d: i + d / rate, rate=lambda i: np.full_like(i, rate), growth=4.0
    )
    index, weights = counting_rule(chart, 5, 50.0 / rate)
    assert math.fsum(weights * np.exp(-rate * index)) == pytest.approx(1.0 / math.expm1(rate), rel=2e-15, abs=0)


def test_a_fade_as_narrow_as_an_index_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting_measure, "_SIGMA", 0.5)  # the error exp(-2 pi^2 sigma^2) is then 7e-3
    index, weights = counting_rule(LOGARITHMIC, 30, 1e30)
    assert abs(math.fsum(weights * index**-2.0) / float(mpmath.zeta(2)) - 1) > 1e-9


def test_the_rounding_of_a_total_is_put_right() -> None:
    weights = np.full(10, 0.1)
    weights[3] = 5.0
    exact = summing_to(weights, 6.0)
    assert math.fsum(exact) == 6.0
    assert np.flatnonzero(exact != weights).tolist() == [3]
