r"""Online gradient descent of a soft committee machine, $f=\sum_i\mathrm{erf}(z_i/\sqrt2)$, for $d\to\infty$: Saad and Solla.

$w_i\leftarrow w_i-\frac\eta d\,\delta\,\sigma'(z_i)\,x$ with $\delta=f-f_*$ on a fresh Gaussian x, $\alpha$ = steps / d. With
signs $s=+1$ of student and $-1$ of teacher fields,

.. math:: \frac{dR_{ip}}{d\alpha}=-\eta\sum_ks_kI_3(i,p,k),\qquad
          \frac{dQ_{ij}}{d\alpha}=-\eta\sum_ks_k[I_3(i,j,k)+I_3(j,i,k)]+\eta^2\sum_{k,l}s_ks_lI_4(i,j,k,l)

with $I_3=\mathbb E\,\sigma'(z_1)z_2\sigma(z_3)$ and $I_4=\mathbb E\,\sigma'(z_1)\sigma'(z_2)\sigma(z_3)\sigma(z_4)$. The last
term is that of the learning rate: steps of size 1/d leave a square of order 1/d each, along x, beyond the span of the weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

__all__ = ["Committee", "i3", "i4"]

FloatArray = NDArray[np.float64]
Indices = NDArray[np.signedinteger]


def i3(C: FloatArray, one: Indices, two: Indices, three: Indices) -> FloatArray:
    """E s'(z_1) z_2 s(z_3) for fields of covariance C with these indices, which broadcast."""
    c11, c33, c13 = C[one, one], C[three, three], C[one, three]
    top = C[two, three] * (1 + c11) - C[one, two] * c13
    return np.asarray(2 / pi * top / ((1 + c11) * np.sqrt((1 + c11) * (1 + c33) - c13**2)))


def i4(C: FloatArray, one: Indices, two: Indices, three: Indices, four: Indices) -> FloatArray:
    """E s'(z_1) s'(z_2) s(z_3) s(z_4)."""
    a, b, c12 = 1 + C[one, one], 1 + C[two, two], C[one, two]
    c13, c14, c23, c24 = C[one, three], C[one, four], C[two, three], C[two, four]
    l4 = a * b - c12**2
    l0 = l4 * C[three, four] - c23 * c24 * a - c13 * c14 * b + c12 * (c13 * c24 + c14 * c23)
    l1 = l4 * (1 + C[three, three]) - c23**2 * a - c13**2 * b + 2 * c12 * c13 * c23
    l2 = l4 * (1 + C[four, four]) - c24**2 * a - c14**2 * b + 2 * c12 * c14 * c24
    return np.asarray(4 / (pi**2 * np.sqrt(l4)) * np.arcsin(np.clip(l0 / np.sqrt(l1 * l2), -1.0, 1.0)))


@dataclass(frozen=True, eq=False)
class Committee:
    """N students and teachers with overlaps `teacher`, learning with step size `step`; a state is Q and R in one vector."""

    students: int
    teacher: FloatArray
    step: float

    def pack(self, Q: FloatArray, R: FloatArray) -> FloatArray:
        """The state."""
        return np.concatenate([Q.ravel(), R.ravel()])

    def unpack(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Q (N, N) and R (N, P)."""
        n = self.students
        return state[: n * n].reshape(n, n), state[n * n :].reshape(n, len(self.teacher))

    def covariance(self, state: FloatArray) -> FloatArray:
        """Of all fields, students first."""
        Q, R = self.unpack(state)
        return np.block([[Q, R], [R.T, self.teacher]])

    @property
    def signs(self) -> FloatArray:
        """+1 for students, -1 for teachers."""
        return np.concatenate([np.ones(self.students), -np.ones(len(self.teacher))])

    def velocity(self, state: FloatArray) -> FloatArray:
        """d state / d alpha."""
        C, s, n = self.covariance(state), self.signs, self.students
        fields, own = np.arange(s.size), np.arange(n)
        drift = i3(C, own[:, None, None], fields[None, :, None], fields[None, None, :]) @ s
        pairs = i4(
            C, own[:, None, None, None], own[None, :, None, None], fields[None, None, :, None], fields[None, None, None, :]
        )
        noise = pairs @ s @ s
        moved = drift[:, :n]
        return self.pack(-self.step * (moved + moved.T) + self.step**2 * noise, -self.step * drift[:, n:])

    def loss(self, state: FloatArray) -> float:
        """E (f - f*)^2 / 2."""
        C, s = self.covariance(state), self.signs
        norm = 1.0 + np.diag(C)
        return float(s @ np.arcsin(C / np.sqrt(np.outer(norm, norm))) @ s / pi)

    def growth(self) -> float:
        """The largest growth rate of a deviation from the teacher itself (as many students as teachers), by differences."""
        n, h, columns = self.students, 1e-6, []
        pairs = [(i, j) for i in range(n) for j in range(i, n)]  # Q stays symmetric
        kept = np.array([i * n + j for i, j in pairs] + list(range(n * n, n * (n + len(self.teacher)))))
        at = self.pack(self.teacher, self.teacher)
        for k in range(kept.size):
            move = np.zeros(at.size)
            move[kept[k]] = h
            if k < len(pairs):
                move[pairs[k][1] * n + pairs[k][0]] = h
            columns.append((self.velocity(at + move) - self.velocity(at - move))[kept] / (2 * h))
        return float(np.max(np.linalg.eigvals(np.array(columns).T).real))
