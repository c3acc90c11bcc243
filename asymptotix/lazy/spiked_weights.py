r"""A Gaussian matrix with a spike: $W+s\,\hat a\hat b^\top$, W of N x d entries $N(0,1/d)$, unit vectors, $c=N/d$.

The spike is visible iff $s>c^{1/4}$. Then the top singular value and the squared overlaps of its singular vectors with the
spike's are

.. math:: \frac{\sqrt{(1+s^2)(c+s^2)}}s,\qquad
          \text{right: }1-\frac{c+s^2}{s^2(s^2+1)},\qquad\text{left: }1-\frac{c(1+s^2)}{s^2(s^2+c)},

below the threshold the edge of the bulk $1+\sqrt c$, 0 and 0.

Source: [BenaychGeorgesNadakuditi2012] (normalization from memory, compared with simulation here).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Spike", "spike_of"]


@dataclass(frozen=True)
class Spike:
    """`visible` iff `strength` > `threshold`; overlaps are squared."""

    strength: float
    threshold: float
    singular_value: float
    right_overlap: float
    left_overlap: float

    @property
    def visible(self) -> bool:
        """Whether a singular value leaves the bulk."""
        return self.strength > self.threshold


def spike_of(strength: float, aspect: float) -> Spike:
    """The limit for a strength s >= 0 and c = N/d > 0.

    >>> spike_of(2.0, 2.0).singular_value
    2.7386127875258306
    """
    s, c = float(strength), float(aspect)
    threshold = c**0.25
    if s <= threshold:
        return Spike(s, threshold, 1.0 + math.sqrt(c), 0.0, 0.0)
    s2 = s * s
    # 1 - (c + s^2)/(s^2 (s^2 + 1)) = (s^4 - c)/(s^2 (s^2 + 1)): nothing cancels at the threshold
    gap = (s - threshold) * (s + threshold) * (s2 + math.sqrt(c))
    return Spike(s, threshold, math.sqrt((1.0 + s2) * (c + s2)) / s, gap / (s2 * (s2 + 1.0)), gap / (s2 * (s2 + c)))
