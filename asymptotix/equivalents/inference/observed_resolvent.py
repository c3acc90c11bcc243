r"""What one data set says about the population at each ridge, with its uncertainty: resolvent sums and their exact jackknife.

With $G=(K+\lambda)^{-1}$, $a_j=\mathrm{Tr}\,G^j$ and $q_j=y^\top G^jy$, the equivalents of the resolvent give, at the effective
ridge $\kappa$,

.. math::
    \kappa\simeq\frac1{a_1},\qquad n-\mathrm{df}_1\simeq\frac\lambda\kappa,\qquad n-\mathrm{df}_2\simeq\frac{a_1^2}{a_2},\qquad
    F:=\sum_ie_i\frac\kappa{s_i+\kappa}+\sigma^2\simeq\frac{q_1}{a_1},\qquad
    M:=\sum_ie_i\Big(\frac\kappa{s_i+\kappa}\Big)^2+\sigma^2\simeq\frac{q_2}{a_2}.

The third is $d\kappa/d\lambda=1/(n-\mathrm{df}_2)$, the last follows from $M=F-\kappa F'$, and $Mn/(n-\mathrm{df}_2)$ is
generalized cross-validation [GolubHeathWahba1979]. df1, df2, F and M are functions of $\kappa$ alone and know nothing of n: that
is what carries over to other sizes.

Leaving point i out changes the sums by rank-one formulas, exact for every ridge at once from the squares of the eigenvectors:
$a_1\to a_1-(G^2)_{ii}/G_{ii}$, $q_1\to q_1-(Gy)_i^2/G_{ii}$, and minus their derivatives in $\lambda$ for the second powers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.eigendecomposition import positive_semidefinite

__all__ = ["ObservedResolvent", "ResolventSums", "jackknife_covariance", "jackknife_error"]

FloatArray = NDArray[np.float64]

_FLOOR = 100.0  # times N eps max: ridges below it drown in the rounding of the eigenvalues


@dataclass(frozen=True, eq=False)
class ResolventSums:
    """Sums at some ridges, shape (ridges,); `without_*` leave one point out, shape (n, ridges)."""

    n: int
    ridge: FloatArray
    a1: FloatArray
    a2: FloatArray
    a3: FloatArray
    q1: FloatArray
    q2: FloatArray
    q3: FloatArray
    without_a1: FloatArray
    without_a2: FloatArray
    without_q1: FloatArray
    without_q2: FloatArray

    def at_effective_ridge(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        r"""df1, F and M as functions of kappa = 1 / a1: values, and those without each point at the same kappa.

        Without a point kappa is another at the same ridge; it is brought back to first order, by $d\kappa/d\lambda=a_2/a_1^2$.
        """
        shift = (1.0 / self.a1 - 1.0 / self.without_a1) * self.a1**2 / self.a2
        slopes = {
            "df1": self.ridge * self.a2 - self.a1,
            "F": (self.q1 * self.a2 / self.a1 - self.q2) / self.a1,
            "M": 2.0 * (self.q2 * self.a3 / self.a2 - self.q3) / self.a2,
        }
        values = {"df1": self.n - self.ridge * self.a1, "F": self.q1 / self.a1, "M": self.q2 / self.a2}
        without = {
            "df1": self.n - 1.0 - self.ridge * self.without_a1,
            "F": self.without_q1 / self.without_a1,
            "M": self.without_q2 / self.without_a2,
        }
        return {name: (values[name], without[name] + slopes[name] * shift) for name in values}


@dataclass(frozen=True, eq=False)
class ObservedResolvent:
    """A kernel matrix and its labels in the eigenbasis: every sum at every ridge from here on costs one matrix product."""

    eigenvalues: FloatArray  # of K, decreasing
    squares: FloatArray  # of the entries of the eigenvectors, in columns
    vectors: FloatArray
    coefficients: FloatArray  # of y

    @classmethod
    def of(cls, kernel_matrix: FloatArray, labels: FloatArray, name: str) -> ObservedResolvent:
        """Diagonalize.

        Raises:
            InvalidInputError: not symmetric, or not positive semidefinite; `name` is that of the argument.
        """
        values, vectors = positive_semidefinite(name, kernel_matrix)
        return cls(values, vectors**2, vectors, vectors.T @ labels)

    @property
    def size(self) -> int:
        """The number of points."""
        return int(self.eigenvalues.size)

    @property
    def rank(self) -> int:
        """Eigenvalues that are not rounding."""
        return int(np.count_nonzero(self.eigenvalues > self.smallest_ridge))

    @property
    def smallest_ridge(self) -> float:
        """Below it a ridge cannot be told from the rounding of the eigenvalues; it stands for the limit of no ridge."""
        return _FLOOR * self.size * float(np.finfo(np.float64).eps * self.eigenvalues[0])

    @property
    def smallest_effective_ridge(self) -> float:
        r"""$1/\mathrm{Tr}\,K^{-1}$, 0 if the rank is below n: the data show nothing of a smaller effective ridge."""
        return 0.0 if self.rank < self.size else 1.0 / float(np.sum(1.0 / self.eigenvalues))

    def traces(self, ridge: FloatArray) -> tuple[FloatArray, FloatArray]:
        """a1 and a2, at ridges of any shape."""
        g = 1.0 / (self.eigenvalues + np.asarray(ridge)[..., None])
        return g.sum(axis=-1), (g * g).sum(axis=-1)

    def leave_one_out(self, ridge: FloatArray) -> FloatArray:
        r"""The mean squared error of each label predicted from the others, $(Gy)_i/G_{ii}$: whatever the law of the data."""
        g = 1.0 / (self.eigenvalues[:, None] + ridge)
        errors = (self.vectors @ (g * self.coefficients[:, None])) / (self.squares @ g)
        return np.asarray(np.mean(errors**2, axis=0))

    def sums(self, ridge: FloatArray) -> ResolventSums:
        """All sums at the ridges, shape (ridges,), each at least `smallest_ridge`."""
        g = 1.0 / (self.eigenvalues[:, None] + ridge)
        a = [(g**power).sum(axis=0) for power in (1, 2, 3)]
        q = [self.coefficients**2 @ g**power for power in (1, 2, 3)]
        d1, d2, d3 = (self.squares @ g**power for power in (1, 2, 3))
        r1, r2 = (self.vectors @ (g**power * self.coefficients[:, None]) for power in (1, 2))
        without = [
            a[0] - d2 / d1,
            a[1] - (2.0 * d3 * d1 - d2**2) / d1**2,
            q[0] - r1**2 / d1,
            q[1] - (2.0 * r1 * r2 * d1 - r1**2 * d2) / d1**2,
        ]
        return ResolventSums(self.size, ridge, *a, *q, *without)


def jackknife_covariance(without: FloatArray) -> FloatArray:
    """Covariance over the columns of values without one point each, shape (n, columns); biased upwards [EfronStein1981]."""
    n = without.shape[0]
    centred = without - without.mean(axis=0)
    return np.asarray((n - 1.0) / n * centred.T @ centred)


def jackknife_error(without: FloatArray) -> FloatArray:
    """Standard errors of the columns."""
    n = without.shape[0]
    return np.asarray(np.sqrt((n - 1.0) * without.var(axis=0)))
