from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from asymptotix.activations import activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels import KernelMap
from asymptotix.kernels.kernel_family import KernelFamily, kernel_of

LEAKY = activation("leaky_relu(alpha)", parameters=["alpha"])


def test_every_member_is_the_kernel_of_its_activation() -> None:
    family = KernelFamily(LEAKY, depth=3, weight_variance=2.0, bias_variance=0.1, kind="tangent", layers="first")
    for alpha in (-0.5, 0.0, 0.3):
        expected = KernelMap(
            activation("leaky_relu", alpha=alpha), depth=3, weight_variance=2.0, bias_variance=0.1, kind="tangent", layers="first"
        )
        assert family.at(alpha=alpha) == expected
        assert float(family(1.0, 2.0, 0.5, alpha=alpha)) == float(expected(1.0, 2.0, 0.5))


def test_arguments_broadcast_with_parameters() -> None:
    family, c, alpha = KernelFamily(LEAKY), np.array([0.0, 0.5, 1.0]), np.array([[0.1], [0.2]])
    values = family(1.0, 1.0, c, alpha=alpha)
    assert values.shape == (2, 3)
    for i in range(2):
        np.testing.assert_array_equal(values[i], KernelMap(activation("leaky_relu", alpha=float(alpha[i, 0])))(1.0, 1.0, c))
    assert family(1.0, 1.0, angle=0.0, alpha=1.0).shape == ()


def test_only_families_make_families() -> None:
    assert isinstance(kernel_of(activation("relu"), depth=2, kind="nngp"), KernelMap)
    assert isinstance(kernel_of(LEAKY, depth=2, kind="nngp"), KernelFamily)
    with pytest.raises(InvalidInputError, match="substitute first"):
        KernelMap(LEAKY)  # type: ignore[arg-type]  # wrong on purpose


def test_refusals_are_those_of_the_members() -> None:
    with pytest.raises(InvalidInputError, match="substitute first"):
        KernelFamily(LEAKY)(1.0, 1.0, 0.5)
    with pytest.raises(InvalidInputError, match=r"c = "):
        KernelFamily(LEAKY)(1.0, 1.0, 2.0, alpha=0.5)
    with pytest.raises(HypothesisError, match="discontinuous"):
        KernelFamily(activation("step(x - b)", parameters="b"), kind="tangent").at(b=0.5)


def test_numbers_need_no_sympy() -> None:
    code = (
        "import sys; from asymptotix.activations import activation; from asymptotix.kernels.kernel_family import KernelFamily; "
        "s = activation('leaky_relu(alpha)', parameters='alpha'); KernelFamily(s)(1.0, 1.0, 0.5, alpha=0.3); "
        "assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
