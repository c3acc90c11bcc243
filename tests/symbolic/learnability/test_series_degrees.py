"""The calculus of largest degrees against supports that are multiplied out."""

from __future__ import annotations

import math
import random

import pytest

from asymptotix.symbolic.learnability.series_degrees import Degree, Tops, compose, derivative_tops, network_tops, product, union

Support = frozenset[int]


def tops(support: Support) -> Tops:
    return Tops(*(max((j for j in support if j % 2 == parity), default=None) for parity in (0, 1)))


def times(one: Support, two: Support) -> Support:
    return frozenset(i + j for i in one for j in two)


def power(support: Support, exponent: int) -> Support:
    found = frozenset({0})
    for _ in range(exponent):
        found = times(found, support)
    return found


def composed(outer: Support, inner: Support) -> Support:
    return frozenset().union(*(power(inner, j) for j in outer))


def supports(count: int) -> list[Support]:
    generator = random.Random(3)
    return [frozenset(generator.sample(range(6), generator.randint(0, 3))) for _ in range(count)]


def test_finite_series_are_as_multiplied_out() -> None:
    for one, two in zip(supports(60), reversed(supports(60)), strict=True):
        assert union(tops(one), tops(two)) == tops(one | two)
        assert product(tops(one), tops(two)) == tops(times(one, two))
        if two:
            assert compose(tops(one), tops(two)) == tops(composed(one, two))
        assert derivative_tops(tops(one)) == tops(frozenset(j - 1 for j in one if j))


def network(kernel: Support, depth: int, bias: bool, layers: str) -> Support:
    """The recursion S, T with supports."""
    constant = frozenset({0} if bias else ())
    covariance = first = total = frozenset({1}) | constant
    for _ in range(depth):
        slope = composed(frozenset(j - 1 for j in kernel if j), covariance)
        covariance = composed(kernel, covariance) | constant
        first, total = times(first, slope), covariance | times(total, slope)
    return {"last": covariance, "first": first, "all": total}[layers]


@pytest.mark.parametrize("layers", ["last", "first", "all"])
@pytest.mark.parametrize("bias", [False, True])
def test_networks_of_polynomials(layers: str, bias: bool) -> None:
    for kernel in supports(12):
        for depth in (1, 2):
            found = network_tops(tops(kernel), depth=depth, bias=bias, layers=layers)
            assert found == tops(network(kernel, depth, bias, layers)), (kernel, depth)


@pytest.mark.parametrize(
    ("kernel", "wanted"),
    [
        (Tops(math.inf, 1), (math.inf, 1, math.inf, math.inf)),  # relu
        (Tops(None, math.inf), (None, math.inf, None, math.inf)),  # tanh
        (Tops(0, math.inf), (0, math.inf, math.inf, math.inf)),  # step
        (Tops(math.inf, None), (math.inf, None, math.inf, None)),  # abs
    ],
)
def test_endless_series_at_two_depths(kernel: Tops, wanted: tuple[Degree, ...]) -> None:
    one, two = (network_tops(kernel, depth=depth, bias=False, layers="last") for depth in (1, 2))
    assert (*one, *two) == wanted


def test_a_bias_brings_every_degree_unless_the_series_is_finite() -> None:
    assert network_tops(Tops(None, math.inf), depth=1, bias=True, layers="last").endless
    assert network_tops(Tops(None, 5), depth=1, bias=True, layers="last") == Tops(4, 5)


def test_degrees_of_deep_polynomials_are_integers_of_any_size() -> None:
    assert network_tops(Tops(None, 3), depth=500, bias=False, layers="last") == Tops(None, 3**500)
    assert network_tops(Tops(2, 3), depth=400, bias=True, layers="all").odd == 3**400
