r"""The Lipschitz constant of the Jacobian of a two-layer network, for activations with bounded derivatives.

With $S_1=\sup|\sigma'|$, $S_2=\sup|\sigma''|$, $x_m=\max_k\|x_k\|$ and $|a_i|\le a_m$ in the ball considered,

$$\text{first layer: }\ \beta=\gamma a_mS_2x_m\|X\|,\qquad
\text{both: }\ \beta=\gamma\|X\|\tfrac12\big(c+\sqrt{c^2+4S_1^2}\big),\ c=a_mS_2x_m,\qquad\text{last: }\ 0.$$
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Activation
from asymptotix.errors import HypothesisError
from asymptotix.lazy.bound import LazyBound, lazy_bound
from asymptotix.lazy.network import Layers, TwoLayerNetwork

__all__ = ["jacobian_lipschitz", "network_bound", "slope_suprema"]

FloatArray = NDArray[np.float64]
_ROUNDS = 60


def slope_suprema(s: Activation) -> tuple[float, float]:
    """S_1 and S_2 by maximization on a grid and refinement: about 12 digits, not a proved enclosure.

    Raises:
        HypothesisError: s or s' jumps, or a derivative grows without bound.
    """
    first = s.pointwise_derivative
    if s.jumps or first.jumps:
        what = f"it jumps at {s.jumps[0]:g}" if s.jumps else f"its slope jumps at {first.jumps[0]:g}"
        raise HypothesisError(f"the lazy bound does not apply to {s.name}: {what}; judge by measurement")
    second = first.pointwise_derivative
    for name, function in (("first", first), ("second", second)):
        if function.growth.kind != "bounded":
            raise HypothesisError(f"the lazy bound does not apply to {s.name}: its {name} derivative is not bounded")
    return _supremum(first), _supremum(second)


def _supremum(f: Activation) -> float:
    far = np.geomspace(40.0, 1e8, 400)
    points = np.concatenate([-far[::-1], np.linspace(-40.0, 40.0, 40961), far])
    values = np.nan_to_num(np.abs(f(points)), nan=0.0)  # 0 times infinity far out, where a bounded slope is monotone
    best = int(np.argmax(values))
    low, high = points[max(best - 1, 0)], points[min(best + 1, points.size - 1)]
    largest = float(values[best])
    for _ in range(6):
        zoom = np.linspace(low, high, _ROUNDS + 1)
        inner = np.abs(f(zoom))
        at = int(np.argmax(inner))
        largest = max(largest, float(inner[at]))
        low, high = zoom[max(at - 1, 0)], zoom[min(at + 1, _ROUNDS)]
    return largest


def jacobian_lipschitz(suprema: tuple[float, float], X: FloatArray, scale: float, output_bound: float, layers: Layers) -> float:
    """The constant beta above, for the rows of X."""
    if layers == "last":
        return 0.0
    norm = float(np.linalg.norm(X, 2))
    c = output_bound * suprema[1] * float(np.sqrt(np.max(np.sum(X**2, axis=1))))
    return scale * norm * (c if layers == "first" else 0.5 * (c + float(np.hypot(c, 2.0 * suprema[0]))))


def network_bound(network: TwoLayerNetwork, X: FloatArray, sigma: tuple[float, float], initial_residual: float) -> LazyBound:
    """The bound of a network at its training points, for singular values sigma = (least, largest).

    With both layers trained the output weights may grow by the path of the parameters, which depends on beta: the two are
    iterated from below until they agree; a rho that reaches 1 on the way is returned, and the bound does not hold.

    Raises:
        HypothesisError: the activation has no bounded derivatives (ReLU).
    """
    suprema = slope_suprema(network.activation)
    start = reach = float(np.max(np.abs(network.output_weights)))
    while True:
        beta = jacobian_lipschitz(suprema, X, network.scale, reach, network.layers)
        bound = lazy_bound(sigma_min=sigma[0], sigma_max=sigma[1], lipschitz=beta, initial_residual=initial_residual)
        if network.layers != "all" or not bound.holds or start + bound.displacement <= reach:
            return bound
        # a hair above the fixed point, so that the ball considered contains the path and the loop ends
        reach = (start + bound.displacement) * (1.0 + 1e-12) + 1e-9
