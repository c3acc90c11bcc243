r"""Kernel ridge regression on the sphere as d grows: the staircase, and the closed form at its steps.

With kernel coefficients $\xi_k=h^{(k)}(0)/k!$ in the limit (kernel $h(\langle x,x'\rangle/d)=\sum_k\xi_kQ_k$), multiplicities
$B(d,k)$, energies $F_k^2$ and $d^{\ell+\delta}\le n\le d^{\ell+1-\delta}$, degrees up to $\ell$ are learned and the others act as
a ridge:

.. math:: n\kappa\to\lambda+\sum_{k>\ell}\xi_k,\qquad\text{test}\to F_{>\ell}^2+\sigma^2 .

At the step itself, $n=\psi B(d,\ell)$, one level is being learned. With $\zeta=(\lambda+\sum_{k>\ell}\xi_k)/\xi_\ell$ and
$\chi=\kappa B(d,\ell)/\xi_\ell$, the positive root of $\psi\chi^2-(1+\zeta-\psi)\chi-\zeta=0$,

.. math:: \text{test}=\frac{\big(\frac\chi{1+\chi}\big)^2F_\ell^2+F_{>\ell}^2+\sigma^2}{1-\frac1\psi(1+\chi)^{-2}} .

It peaks near $\psi=1$ where $\zeta$ is small: one peak a degree, multiple descent.

Source: [MisiakiewiczMontanari2023]; the critical regime as in the literature on n ~ d^l / l! (attribution from memory).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.designs import SphereKernel
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number, whole_number

__all__ = ["CriticalRegime", "critical_regime", "critical_table"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CriticalRegime:
    """The limit at n = `ratio` B(d, degree): `chi` = lambda* B(d, degree) / xi, `zeta` the ridge in units of xi, the errors."""

    degree: int
    ratio: FloatArray
    zeta: float
    chi: FloatArray
    bias: FloatArray
    variance: FloatArray
    test_error: FloatArray


def critical_regime(
    kernel_coefficients: ArrayLike,
    energies: ArrayLike,
    *,
    degree: int,
    ratio: ArrayLike,
    ridge: float = 0.0,
    noise_variance: float = 0.0,
) -> CriticalRegime:
    r"""The limit of kernel ridge regression on the sphere at $n=\psi B(d,\ell)$ samples.

    Args:
        kernel_coefficients: $\xi_0,\xi_1,\dots\ge0$; all of them, or as many as matter, since those beyond the degree act as
            a ridge through their sum. Of a kernel $h(t)$ the Taylor coefficients at 0.
        energies: $F_0^2,F_1^2,\dots\ge0$.
        degree: $\ell\ge0$.
        ratio: $\psi>0$, any shape.
        ridge: $\lambda\ge0$.
        noise_variance: $\sigma^2\ge0$.

    Raises:
        InvalidInputError: an argument out of range, or a coefficient of 0 at the degree, which is then never learned.
        HypothesisError: ratio = 1 where nothing acts as a ridge: the risk is infinite.

    Source:
        [MisiakiewiczMontanari2023].

    >>> import math
    >>> exponential = [1 / math.factorial(k) for k in range(30)]
    >>> round(float(critical_regime(exponential, [0, 0.5, 0.3, 0.2], degree=1, ratio=1.0).test_error), 6)
    0.814229
    """
    xi, f = _nonnegative("kernel_coefficients", kernel_coefficients), _nonnegative("energies", energies)
    level = whole_number("degree", degree, 0)
    lam = real_number("ridge", ridge, lambda v: 0 <= v < np.inf, "finite and >= 0")
    noise = real_number("noise_variance", noise_variance, lambda v: 0 <= v < np.inf, "finite and >= 0")
    psi = real_array("ratio", ratio, "a number or an array of numbers")
    if not np.all((psi > 0) & np.isfinite(psi)):
        raise InvalidInputError("ratio", ratio, "finite and > 0")
    if level >= xi.size or xi[level] == 0:
        raise InvalidInputError("degree", degree, "one whose kernel coefficient is positive", "others are never learned")
    zeta = (lam + float(np.sum(xi[level + 1 :]))) / float(xi[level])
    chi = _chi(psi, zeta)
    # 1 - 1/(psi (1 + chi)^2) as a sum of positive terms: psi = zeta/chi + 1/(1 + chi)
    gap = (zeta / np.where(chi > 0, chi, 1.0) + chi / (1.0 + chi) ** 2) / psi
    gap = np.where(chi > 0, gap, 1.0 - 1.0 / psi)
    if np.any(gap <= 0):
        raise HypothesisError(
            "ratio = 1 is not valid without ridge and without kernel mass beyond the degree: the risk is infinite"
        )
    here = float(f[level]) if level < f.size else 0.0
    bias = ((chi / (1.0 + chi)) ** 2 * here + float(np.sum(f[level + 1 :]))) / gap
    variance = noise * (1.0 - gap) / gap
    return CriticalRegime(level, psi, zeta, chi, bias, variance, bias + variance + noise)


def critical_table(model: KernelRidge, *, n_samples: ArrayLike, degree: int, ridge: float = 0.0) -> Table:
    r"""The closed form beside the deterministic equivalent at the dimension of a model, at $\psi=n/B(d,\ell)$.

    Args:
        model: a KernelRidge on the sphere, whose kernel coefficients $\xi_k=\mu_kB(d,k)$ go into the closed form.
        n_samples: n > 0.
        degree: $\ell\ge0$.
        ridge: $\lambda\ge0$.

    Raises:
        InvalidInputError: another model, or as in `critical_regime`.
        HypothesisError: as in `critical_regime` and `risk`.
    """
    if not isinstance(model, KernelRidge) or not isinstance(model.design, SphereKernel):
        raise InvalidInputError("model", model, "kernel ridge regression on the sphere")
    n, spectrum, level = np.atleast_1d(real_array("n_samples", n_samples)), model.spectrum, whole_number("degree", degree, 0)
    if level >= len(spectrum):
        raise InvalidInputError("degree", degree, f"one of the levels of the kernel, 0 to {len(spectrum) - 1}")
    xi = np.append(spectrum.eigenvalues * spectrum.multiplicities, spectrum.tail)
    energies = np.append(model.target.padded(len(spectrum)), model.target.tail)
    ratio = n / spectrum.multiplicities[level]
    limit = critical_regime(xi, energies, degree=level, ratio=ratio, ridge=ridge, noise_variance=model.noise_variance)
    curve = risk(model, n_samples=n, ridge=ridge)
    columns = {
        "n_samples": n, "ratio": ratio, "chi": limit.chi, "bias": limit.bias, "variance": limit.variance,
        "test_error": limit.test_error, "test_error_at_dimension": curve.test_error,
    }  # fmt: skip
    d = model.design.dimension
    notes = (
        f"degree {level}: B({d}, {level}) = {spectrum.multiplicities[level]:g}, zeta = {limit.zeta:.6g}",
        "bias, variance, test_error: the limit of many dimensions",
        f"test_error_at_dimension: the equivalent at d = {d}",
    )
    named = (Column(name, np.ravel(values).tolist()) for name, values in columns.items())
    return Table(tuple(named), f"Kernel ridge regression while degree {level} is learned", notes)


def _chi(psi: FloatArray, zeta: float) -> FloatArray:
    """The root, by the conjugate form where the other cancels."""
    b = 1.0 + zeta - psi
    root = np.sqrt(b**2 + 4.0 * psi * zeta)
    positive = b >= 0
    return np.where(positive, (b + root) / (2.0 * psi), 2.0 * zeta / np.where(positive, 1.0, root - b))


def _nonnegative(name: str, values: ArrayLike) -> FloatArray:
    array = real_array(name, values)
    if array.ndim != 1 or array.size == 0 or not np.all((array >= 0) & np.isfinite(array)):
        raise InvalidInputError(name, values, "a nonempty list of finite numbers >= 0")
    return array
