"""A user's function of the wrong number of arguments is refused in one line, before it is called."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.kernels.arity import require_arity
from asymptotix.kernels.inner_product import inner_product_kernel


def three(q1: float, q2: float, c: float, scale: float = 1.0) -> float:
    return q1 * q2 + scale * c


@pytest.mark.parametrize("kernel", [lambda t: t, lambda q1, q2, c, d: c, np.exp, np.hypot, lambda *, q1, q2, c: c])
def test_a_kernel_that_does_not_take_q1_q2_c_is_refused(kernel: Callable[..., Any]) -> None:
    with pytest.raises(InvalidInputError, match="3 arguments, q1, q2, c") as caught:
        ax.KernelRidge.on_sphere(kernel, dimension=10, target=[0, 1])
    assert "\n" not in str(caught.value)
    with pytest.raises(InvalidInputError, match="3 arguments, q1, q2, c"):
        ax.kernel_matrix(kernel, np.eye(4))


@pytest.mark.parametrize("h", [lambda q1, q2, c: c, np.arctan2, lambda: 1.0])
def test_an_inner_product_kernel_needs_a_function_of_one_argument(h: Callable[..., Any]) -> None:
    with pytest.raises(InvalidInputError, match="one argument, t"):
        inner_product_kernel(h)


@pytest.mark.parametrize("function", [three, partial(three, scale=2.0), lambda *values: values[2], np.clip])
def test_functions_that_take_three_arguments_pass(function: Callable[..., Any]) -> None:
    require_arity("kernel", function, ("q1", "q2", "c"))


@pytest.mark.parametrize("h", [np.exp, lambda t: t, lambda t, scale=1.0: scale * t, np.poly1d([1.0, 0.0])])
def test_functions_of_one_argument_pass(h: Callable[..., Any]) -> None:
    assert inner_product_kernel(h)(1.0, 1.0, 0.5).shape == ()
