"""Kernel ridge regression: inner-product kernels on the sphere, and any kernel on a data set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.models.designs import DataKernel, SphereKernel
from asymptotix.models.levels import checked_labels, checked_noise, levels_of, sphere_energies
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.harmonics import checked_dimension
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.sphere import checked_kernel, kernel_spectrum
from asymptotix.spectra.target import Target, as_target

__all__ = ["KernelRidge"]


@dataclass(frozen=True, eq=False)
class KernelRidge:
    r"""$\hat f=\arg\min\sum_i(y_i-f(x_i))^2+\lambda\|f\|_{\mathcal H}^2$.

    Made by `KernelRidge.on_sphere` or `KernelRidge.on_data`. `spectrum` and `target` are computed on first use.

    Source:
        [Simon2023], [BordelonCanatarPehlevan2020], [MisiakiewiczMontanari2023].
    """

    design: SphereKernel | DataKernel
    references: ClassVar[tuple[str, ...]] = ("Simon2023", "BordelonCanatarPehlevan2020", "MisiakiewiczMontanari2023")

    @classmethod
    def on_sphere(cls, kernel: Any, *, dimension: int, target: Target | ArrayLike, noise_variance: float = 0.0) -> KernelRidge:
        r"""x uniform on the sphere of radius $\sqrt d$; kernel $h(\langle x,x'\rangle/d)$.

        Args:
            kernel: a Formula (`tangent_kernel(...)`), a KernelMap, `exponential_kernel()`, or a vectorised k(q1, q2, c), used
                at q1 = q2 = 1.
            dimension: d >= 3.
            target: energies per degree, `[F_0^2, F_1^2, ...]`; the tail of a Target goes to the first degree beyond the levels.
            noise_variance: variance of the label noise.

        Raises:
            InvalidInputError: a dimension below 3, negative noise, no kernel, a kernel that is not positive semidefinite.
            HypothesisError: h(1) is infinite, as that of a derivative kernel with Dirac measures, or of exp(x^2).
        """
        d, kernel = checked_dimension(dimension), checked_kernel(kernel)
        _require_trace(kernel)
        energies = sphere_energies(as_target(target), lambda top: kernel_spectrum(kernel, dimension=d, min_degree=top))
        return cls(SphereKernel(d, kernel, energies, checked_noise(noise_variance)))

    @classmethod
    def on_data(
        cls, X: ArrayLike, y: ArrayLike, kernel: Any, *, noise_variance: float = 0.0, sampling: str = "without_replacement"
    ) -> KernelRidge:
        r"""n of the N rows of X, drawn at random; y are the labels before noise of variance `noise_variance` is added.

        Args:
            X: N x d.
            y: N labels.
            kernel: as in `kernel_matrix` ($q=|x|^2/d$, $c=\langle x,x'\rangle/d$), or the string "precomputed", with
                the N x N kernel matrix as X.
            noise_variance: variance of the label noise.
            sampling: "without_replacement" (errors over the N - n points not drawn) or "replacement" (errors over all N points).

        Raises:
            InvalidInputError: shapes, values that are not finite, an unknown sampling.
        """
        if sampling not in ("without_replacement", "replacement"):
            raise InvalidInputError("sampling", sampling, "'without_replacement' or 'replacement'")
        given = isinstance(kernel, str) and kernel == "precomputed"
        matrix = real_array("X", X) if given else kernel_matrix(kernel, X)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise InvalidInputError("X", f"array of shape {matrix.shape}", "the N x N kernel matrix")
        labels = checked_labels(y, matrix.shape[0])
        return cls(DataKernel(matrix, labels, checked_noise(noise_variance), sampling == "replacement"))

    @property
    def noise_variance(self) -> float:
        """Variance of the label noise."""
        return self.design.noise_variance

    @cached_property
    def _levels(self) -> tuple[Spectrum, Target]:
        return levels_of(self.design)

    @property
    def spectrum(self) -> Spectrum:
        """Eigenvalues of the kernel operator; of K/N on data."""
        return self._levels[0]

    @property
    def target(self) -> Target:
        """Energies of the target."""
        return self._levels[1]


def _require_trace(kernel: Any) -> None:
    """The kernel has a value at coincident inputs; what has none is refused where it is stated, not at the first use."""
    one = np.ones(1)
    with np.errstate(all="ignore"):  # what is not finite is refused below
        value = np.asarray(kernel(one, one, one))
    if not (value.dtype.kind in "fiu" and np.isfinite(value).all()):
        raise HypothesisError(
            f"the kernel is {value.ravel()[0]} at coincident inputs, k(1, 1, 1): kernel ridge regression needs a finite trace "
            "(of a derivative kernel where the activation jumps: derivative='pointwise')"
        )
