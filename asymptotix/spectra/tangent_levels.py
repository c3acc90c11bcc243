r"""Levels of the neural tangent kernel of the first layer on the sphere, from those of the activation's slope.

The kernel $tE_w[\sigma'(\langle x,w\rangle)\sigma'(\langle x',w\rangle)]$, $t=\langle x,x'\rangle/d$, has $\sum_km_kQ_k(t)$
multiplied by t, and $tQ_k=\frac{k+d-2}{2k+d-2}Q_{k+1}+\frac k{2k+d-2}Q_{k-1}$: a share of every mass moves up, the rest down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asymptotix.errors import HypothesisError
from asymptotix.spectra.harmonics import multiplicity
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.sphere import activation_spectrum

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["tangent_levels"]


def tangent_levels(activation: Activation, dimension: int, min_degree: int = 0) -> Spectrum:
    r"""The spectrum of the first layer's tangent kernel, weights uniform on the unit sphere; its trace is $\mathbb E\sigma'^2$.

    Raises:
        HypothesisError: an activation with jumps or an infinite slope, which has no tangent kernel.
    """
    if activation.jumps:
        raise HypothesisError(f"activation = {activation.text!r} jumps: it has no tangent features; use a continuous one")
    try:
        slope = activation_spectrum(activation.pointwise_derivative, dimension=dimension, min_degree=min_degree + 1)
    except ZeroDivisionError:  # a slope that is infinite at a kink, evaluated there
        raise HypothesisError(f"activation = {activation.text!r} has an infinite slope; use one whose slope is bounded") from None
    d, k = float(dimension), np.arange(len(slope), dtype=np.float64)
    masses = slope.eigenvalues * slope.multiplicities
    upward = masses * (k + d - 2.0) / (2.0 * k + d - 2.0)
    downward = masses - upward
    # degree k is complete where the slope's degrees k - 1 and k + 1 are known; the rest joins the tail
    levels = np.append(0.0, upward[:-2]) + downward[1:] if len(slope) > 1 else np.zeros(0)
    counts = np.array([float(multiplicity(dimension, degree)) for degree in range(levels.size)])
    tail = slope.tail + float(upward[-1]) + (float(upward[-2]) if len(slope) > 1 else 0.0)
    return Spectrum(levels / counts, counts, tail)
