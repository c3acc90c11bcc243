r"""The kernels of a two-layer network of finite width, from its weights.

$$f(x) = \frac{1}{\sqrt N} \sum_{j=1}^N a_j\, s(\langle w_j, x\rangle/\sqrt d), \qquad
  K_N^{\mathrm{last}} = \frac1N \sum_j s(z_j) s(z'_j), \qquad
  K_N^{\mathrm{first}} = \frac{\langle x, x'\rangle}{d}\, \frac1N \sum_j a_j^2\, s'(z_j) s'(z'_j).$$

The gradient of f in the $a_j$ gives the last, that in the $w_j$ the first; for $w_j \sim N(0, I)$, $E a_j^2 = 1$ their limits
are the dual kernel $E[s s]$ and $c\,E[s' s']$.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations import Activation, activation
from asymptotix.errors import InvalidInputError
from asymptotix.kernels.allocation import allocated
from asymptotix.kernels.data_rows import DataRows, real_values

__all__ = ["finite_width_kernel"]

FloatArray = NDArray[np.float64]
_NEURONS = 512  # whose features are formed at once


def finite_width_kernel(
    s: Activation | str,
    weights: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike | None = None,
    *,
    layers: Literal["all", "first", "last"] = "all",
    output_weights: ArrayLike | None = None,
) -> FloatArray:
    """The matrix of K_N (formulas above), of shape (n, m); symmetric for Y = None.

    Args:
        s: the activation (text is accepted). Where it jumps, s' is taken without its Dirac measures, as training does.
        weights: the N rows w_j, of d numbers.
        X: n rows of d features.
        Y: m rows of d features, or None for X.
        layers: which are trained: "last" (random features), "first" (the neural tangent part), or both, the sum.
        output_weights: the N numbers a_j; 1 and -1 give the same kernel, which is the default.

    Raises:
        InvalidInputError: shapes that do not match, or values that are not finite.

    >>> finite_width_kernel("relu", [[1.0, 0.0], [-1.0, 0.0]], [[1.0, 1.0]], layers="last")
    array([[0.25]])
    """
    function = activation(s)
    if layers not in ("all", "first", "last"):
        raise InvalidInputError("layers", layers, "all, first or last")
    rows = DataRows.of("X", X)
    columns = rows if Y is None else DataRows.of("Y", Y)
    w = DataRows.of("weights", weights).values
    for name, values in (("Y", columns.values), ("weights", w)):
        if values.shape[1] != rows.features:
            raise InvalidInputError(name, values.shape, f"of {rows.features} columns, as X")
    a = np.ones(len(w)) if output_weights is None else real_values("output_weights", output_weights)
    if a.shape != (len(w),) or not np.isfinite(a).all():
        raise InvalidInputError("output_weights", a.shape, f"{len(w)} finite numbers, one for each row of weights")
    (total,) = allocated("X", (rows.size, columns.size), np.float64)
    total[:] = 0.0
    if layers != "last":
        _add_features(total, function.pointwise_derivative, w, a, rows, columns)
        total *= rows.values @ columns.values.T / rows.features
    if layers != "first":
        _add_features(total, function, w, np.ones(len(w)), rows, columns)
    return np.asarray(total)


def _add_features(total: FloatArray, f: Activation, w: FloatArray, a: FloatArray, rows: DataRows, columns: DataRows) -> None:
    """Add (1/N) sum_j a_j^2 f(z_j) f(z_j'), block by block of neurons."""
    scale = 1.0 / np.sqrt(rows.features)
    for start in range(0, len(w), _NEURONS):
        part, factor = w[start : start + _NEURONS], a[start : start + _NEURONS] / np.sqrt(len(w))
        one = np.asarray(f(rows.values @ part.T * scale)) * factor
        two = one if columns is rows else np.asarray(f(columns.values @ part.T * scale)) * factor
        total += one @ two.T
