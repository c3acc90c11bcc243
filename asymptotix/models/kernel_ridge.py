"""Kernel ridge regression: inner-product kernels on the sphere and on the hypercube, and any kernel on a data set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.models.designs import CubeKernel, DataKernel, SphereKernel
from asymptotix.models.levels import checked_labels, checked_noise, cube_energies, data_levels, levels_of, sphere_energies
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.cube import checked_cube_dimension
from asymptotix.spectra.eigendecomposition import positive_semidefinite
from asymptotix.spectra.harmonics import checked_dimension
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.sphere import checked_kernel, kernel_spectrum
from asymptotix.spectra.target import Target, as_target

__all__ = ["KernelRidge"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class KernelRidge:
    r"""$\hat f=\arg\min\sum_i(y_i-f(x_i))^2+\lambda\|f\|_{\mathcal H}^2$.

    Made by `KernelRidge.on_sphere`, `KernelRidge.on_cube` or `KernelRidge.on_data`. `spectrum` and `target` are computed on
    first use.

    Source:
        [Simon2023], [BordelonCanatarPehlevan2020], [MisiakiewiczMontanari2023].
    """

    design: SphereKernel | CubeKernel | DataKernel
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
    def on_cube(cls, kernel: Any, *, dimension: int, target: Target | ArrayLike, noise_variance: float = 0.0) -> KernelRidge:
        r"""x uniform on the hypercube $\{-1,1\}^d$; kernel $h(\langle x,x'\rangle/d)$.

        The eigenfunctions are the products $\prod_{i\in A}x_i$; those of degree $k=|A|$ share one eigenvalue, $\binom dk$ times.

        Args:
            kernel: as in `on_sphere`; it must be positive semidefinite on the hypercube, as every network's is.
            dimension: d, from 1 to 1e6; a simulation takes up to 2000.
            target: energies per degree, `[F_0^2, ..., F_d^2]` at most; the tail of a Target goes to the first degree beyond the
                levels.
            noise_variance: variance of the label noise.

        Raises:
            InvalidInputError: a dimension out of range, energy in a degree above d, negative noise, no kernel, a kernel that is
                not positive semidefinite.
            HypothesisError: as in `on_sphere`.

        Examples:
            >>> from asymptotix.kernels.inner_product import exponential_kernel
            >>> model = KernelRidge.on_cube(exponential_kernel(), dimension=10, target=[0, 1, 0, 0.5])
            >>> [round(float(m)) for m in model.spectrum.multiplicities[:4]]
            [1, 10, 45, 120]
        """
        d, kernel = checked_cube_dimension(dimension), checked_kernel(kernel)
        _require_trace(kernel)
        energies = cube_energies(
            as_target(target), d, lambda top: kernel_spectrum(kernel, dimension=d, min_degree=top, domain="cube")
        )
        return cls(CubeKernel(d, kernel, energies, checked_noise(noise_variance)))

    @classmethod
    def on_data(
        cls, X: ArrayLike, y: ArrayLike, kernel: Any, *, noise_variance: float = 0.0, sampling: str = "without_replacement"
    ) -> KernelRidge:
        r"""n of the N rows of X, drawn at random; y are the labels before noise of variance `noise_variance` is added.

        Args:
            X: N x d.
            y: N labels, or N x m for m outputs: every error, energy and norm is then the mean over the outputs. Where all
                labels are +-1, `risk` and `simulate` report the `classification_error` of the sign of the prediction.
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
        labels = checked_labels(y, matrix.shape[0], several=True)
        return cls(DataKernel(matrix, labels, checked_noise(noise_variance), sampling == "replacement"))

    @property
    def noise_variance(self) -> float:
        """Variance of the label noise."""
        return self.design.noise_variance

    @cached_property
    def eigenpairs(self) -> tuple[FloatArray, FloatArray]:
        """Eigenvalues, decreasing, and eigenvectors in columns of the kernel matrix of the data.

        Raises:
            InvalidInputError: the model is not on data, or its matrix is not positive semidefinite.
        """
        if not isinstance(self.design, DataKernel):
            raise InvalidInputError("model", self, "on data: only there are there eigenvectors of a matrix")
        return positive_semidefinite("kernel_matrix", self.design.kernel_matrix)

    @cached_property
    def _levels(self) -> tuple[Spectrum, Target]:
        if not isinstance(self.design, DataKernel):
            return levels_of(self.design)
        matrix, labels = self.design.kernel_matrix, self.design.labels
        # as large as the matrix: kept only for the classification error, which signs have
        keep = np.all(np.abs(labels) == 1.0)
        return data_levels(*(self.eigenpairs if keep else positive_semidefinite("kernel_matrix", matrix)), labels)

    @property
    def spectrum(self) -> Spectrum:
        """Eigenvalues of the kernel operator; of K/N on data."""
        return self._levels[0]

    @property
    def target(self) -> Target:
        """Energies of the target; the mean over the outputs where there are several."""
        return self._levels[1]

    @property
    def never_learned(self) -> dict[int, float]:
        """Energy of the target by level, where the eigenvalue is 0: it stays in the bias for every number of samples.

        On the sphere and on the hypercube a level is a degree. The kernels of a rectified network without bias have no odd degree
        above 1 in their last layer's part, for example.

        Examples:
            >>> from asymptotix.kernels.kernel_map import KernelMap
            >>> KernelRidge.on_sphere(KernelMap("relu"), dimension=10, target=[0, 1, 0, 0.5]).never_learned
            {3: 0.5}
        """
        energies = self.target.padded(len(self.spectrum))
        return {int(k): float(energies[k]) for k in np.flatnonzero((self.spectrum.eigenvalues == 0) & (energies > 0))}

    def __repr__(self) -> str:
        """One line; the energy that is never learned is part of it once the spectrum is known."""
        match self.design:
            case DataKernel(labels=labels):
                outputs = f", {labels.shape[1]} outputs" if labels.ndim == 2 else ""
                where = f"{len(labels)} points{outputs}"
            case CubeKernel(dimension=d):
                where = f"hypercube of {d} dimensions"
            case _:
                where = f"sphere of {self.design.dimension} dimensions"
        lost = sum(self.never_learned.values()) if "_levels" in self.__dict__ else 0.0
        note = f"; energy {lost:.4g} where the eigenvalue is 0, never learned" if lost else ""
        return f"KernelRidge({where}, noise_variance={self.noise_variance:g}{note})"


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
