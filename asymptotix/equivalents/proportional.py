r"""Random features where n and p are of the order of the number of harmonics of one degree: the Mei-Montanari limit.

With $B(d,\ell)$ harmonics of degree $\ell$ (d for $\ell=1$, the proportional regime), $p=\psi_1B$, $n=\psi_2B$, $d\to\infty$:
degrees below $\ell$ are learned, degree $\ell$ is being learned, those above act as a ridge $\mu_*^2=\sum_{k>\ell}\mu_k^2/k!$.
With $\zeta^2=(\mu_\ell^2/\ell!)/\mu_*^2$, $\bar\lambda=\lambda/(\psi_2\mu_*^2)$ and $\kappa$ the root of

.. math:: \psi_1\psi_2\bar\lambda=\kappa(\psi_1-t)(\psi_2-t),\qquad t=\frac1\kappa+\frac{\zeta^2}{\zeta^2+\kappa},

    \text{excess}=F_\ell^2\,\mathcal B+(\sigma^2+F_*^2)\,\mathcal V+F_*^2,

where $F_*^2$ is the energy above degree $\ell$ and on degrees below it whose coefficient vanishes. $\mathcal B$ and
$\mathcal V$ are the bias of unit energy and the variance of unit noise in `equivalent_risk` for one eigenvalue $\mu_\ell^2/\ell!$
and a flat tail $\mu_*^2$, with n, p replaced by $\psi_2,\psi_1$: not an approximation to that formula but an instance of it,
for every d. In the paper $\chi=\nu_1\nu_2=-1/\kappa$ and $\mathcal B=\mathscr E_1/\mathscr E_0$,
$\mathcal V=\mathscr E_2/\mathscr E_0$ are quotients of polynomials in $\chi$; what is computed here is a sum of positive terms.

Their ridge is $\lambda_{MM}=\lambda/\psi_2$, of the loss $\frac1n\sum(y-f)^2+\frac{p\lambda_{MM}}d\|a\|^2$ with features without
$p^{-1/2}$.

Without ridge, with $\psi=\min(\psi_1,\psi_2)$ and $b=(\psi-1)\zeta^2-1$: $\chi=-(b+\sqrt{b^2+4\zeta^2\psi})/(2\zeta^2)$; for
$\psi_1<\psi_2$ also $\mathcal V=\psi_1/(\psi_2-\psi_1)$ and $\mathcal B=\frac{\psi_2}{\psi_2-\psi_1}\frac\kappa{\zeta^2+\kappa}$.

Source: [MeiMontanari2022]; higher degrees: [HuLuMisiakiewicz2024]. derivations/proportional_regime.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation
from asymptotix.equivalents.activation_levels import ActivationLevels, activation_levels, checked_energies
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.designs import SphereFeatures
from asymptotix.models.random_features import RandomFeatures
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number, whole_number
from asymptotix.spectra.harmonics import multiplicity
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["ProportionalRegime", "proportional_regime", "proportional_table"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ProportionalRegime:
    r"""The limit on a grid of `features_ratio` $\psi_1$, `samples_ratio` $\psi_2$ and `ridge`, with the letters of the paper.

    `B` and `V` are $\mathcal B$ and $\mathcal V$; `zeta`, `lambda_bar` and `chi` are those of the module; `mei_montanari_ridge`
    is the ridge in the paper's objective. `mass` is $\mu_\ell^2/\ell!$ and `mass_beyond` is $\mu_*^2$; without it (a
    polynomial of degree $\ell$) `zeta` is infinite. `levels` has the coefficients $\mu_k$.
    """

    degree: int
    features_ratio: FloatArray
    samples_ratio: FloatArray
    ridge: FloatArray
    levels: ActivationLevels
    target: Target
    noise_variance: float
    kappa: FloatArray
    B: FloatArray
    V: FloatArray
    bias: FloatArray
    variance: FloatArray
    test_error: FloatArray
    train_error: FloatArray

    @property
    def mass(self) -> float:
        """Of the degree."""
        return float(self.levels.masses[self.degree])

    @property
    def mass_beyond(self) -> float:
        """Of the degrees above."""
        return self.levels.beyond

    @property
    def zeta(self) -> float:
        """sqrt(mass / mass_beyond)."""
        return float(np.sqrt(self.mass / self.mass_beyond)) if self.mass_beyond > 0 else np.inf

    @property
    def mei_montanari_ridge(self) -> FloatArray:
        """The ridge of this package over samples_ratio."""
        return np.asarray(self.ridge / self.samples_ratio)

    @property
    def lambda_bar(self) -> FloatArray:
        """mei_montanari_ridge / mass_beyond."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.mei_montanari_ridge / self.mass_beyond)

    @property
    def chi(self) -> FloatArray:
        """-1 / kappa."""
        with np.errstate(divide="ignore"):
            return np.asarray(-1.0 / self.kappa)

    @property
    def excess_risk(self) -> FloatArray:
        """Bias + variance."""
        return np.asarray(self.bias + self.variance)

    def model(self, dimension: int) -> RandomFeatures:
        """The idealised model in d dimensions: B(d, degree) equal eigenvalues and a flat tail; its risk is the limit at every d.

        With n_samples = samples_ratio B(d, degree) and n_features = features_ratio B(d, degree).

        Raises:
            InvalidInputError: a dimension below 3.
        """
        count = float(multiplicity(whole_number("dimension", dimension, 3), self.degree))
        spectrum = Spectrum([self.mass / count], [count], tail=self.mass_beyond)
        return RandomFeatures(spectrum, self.target, noise_variance=self.noise_variance)


def proportional_regime(
    activation: Activation | str,
    energies: ArrayLike,
    *,
    features_ratio: ArrayLike,
    samples_ratio: ArrayLike,
    degree: int = 1,
    ridge: ArrayLike = 0.0,
    noise_variance: float = 0.0,
) -> ProportionalRegime:
    r"""The limit of random-feature regression at $p=\psi_1B(d,\ell)$ features and $n=\psi_2B(d,\ell)$ samples.

    Args:
        activation: an Activation or its text.
        energies: $F_0^2,F_1^2,\dots\ge0$ of the target, per degree.
        features_ratio: $\psi_1>0$, p / d for degree 1; infinite is the kernel limit. Any shape; ratios and ridge broadcast.
        samples_ratio: $\psi_2>0$, finite.
        degree: $\ell\ge1$; 1 is the proportional regime.
        ridge: $\lambda\ge0$ of this package; for a $\lambda_{MM}$ of the paper give $\psi_2\lambda_{MM}$.
        noise_variance: $\sigma^2\ge0$.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: $\mu_\ell=0$, so that the degree is never learned; ridge = 0 at $\psi_1=\psi_2$: an infinite risk.

    Source:
        [MeiMontanari2022], [HuLuMisiakiewicz2024].

    >>> limit = proportional_regime("relu", [0, 1], features_ratio=2, samples_ratio=3, noise_variance=0.25)
    >>> round(float(limit.B), 6), round(float(limit.V), 6)
    (0.684899, 2.0)
    """
    level, f = whole_number("degree", degree, 1), checked_energies(energies)
    noise = real_number("noise_variance", noise_variance, lambda v: 0 <= v < np.inf, "finite and >= 0")
    psi1, psi2 = _positive("features_ratio", features_ratio), _positive("samples_ratio", samples_ratio)
    if np.any(np.isinf(psi2)):
        raise InvalidInputError("samples_ratio", np.inf, "finite")
    lam = real_array("ridge", ridge, "a number or an array of numbers")
    if not np.all((lam >= 0) & np.isfinite(lam)):
        raise InvalidInputError("ridge", ridge, "finite and >= 0")
    levels = activation_levels(activation, level)
    mass = float(levels.masses[level])
    if mass == 0:
        raise HypothesisError(
            f"activation = {levels.activation.name} has mu_{level} = E[s(G) He_{level}(G)] = 0: degree {level} is never learned, "
            "and this regime does not exist; use another degree or activation"
        )
    _refuse_threshold(psi1, psi2, lam, 1.0 if levels.beyond == 0 else np.inf)
    unit = RandomFeatures(Spectrum([mass], [1.0], tail=levels.beyond), [1.0], noise_variance=1.0)
    curve = risk(unit, n_samples=psi2, n_features=psi1, ridge=lam)
    padded = np.pad(f, (0, max(0, level + 1 - f.size)))
    never = float(np.sum(padded[:level][levels.masses[:level] == 0])) + float(np.sum(padded[level + 1 :]))
    target = Target([padded[level]], never)
    bias = padded[level] * curve.bias + never * (1.0 + curve.variance)
    variance = noise * curve.variance
    test = bias + variance + noise
    with np.errstate(divide="ignore", invalid="ignore"):
        train = curve.train_error / curve.test_error * test
        kappa = np.asarray(curve.effective_ridge / levels.beyond)
    fields = (kappa, curve.bias, curve.variance, bias, variance, test, train)
    return ProportionalRegime(level, psi1, psi2, lam, levels, target, noise, *(np.asarray(v) for v in fields))


def proportional_table(
    model: RandomFeatures, *, n_samples: ArrayLike, n_features: ArrayLike, ridge: ArrayLike, degree: int = 1
) -> Table:
    """The limit beside the equivalent at the model's own dimension, one row a point.

    Raises:
        InvalidInputError: a model that is not on the sphere, or an argument out of range.
        HypothesisError: as `proportional_regime`.
    """
    design = model.design if isinstance(model, RandomFeatures) else None
    if not isinstance(design, SphereFeatures):
        raise InvalidInputError("model", model, "random features on the sphere", "the limit is in the dimension of the sphere")
    count = float(multiplicity(design.dimension, whole_number("degree", degree, 1)))
    n, p = (real_array(name, v) / count for name, v in (("n_samples", n_samples), ("n_features", n_features)))
    ratios = {"features_ratio": p, "samples_ratio": n}
    noise = design.noise_variance
    limit = proportional_regime(design.activation, design.energies, degree=degree, ridge=ridge, noise_variance=noise, **ratios)
    curve = risk(model, n_samples=n_samples, n_features=n_features, ridge=ridge)
    arrays = {
        "n_samples": n * count, "n_features": p * count, "ridge": limit.ridge, **ratios, "B": limit.B, "V": limit.V,
        "limit of test_error": limit.test_error, "test_error": curve.test_error,
    }  # fmt: skip
    columns = [Column(name, [float(v) for v in np.broadcast_to(a, curve.shape).ravel()]) for name, a in arrays.items()]
    notes = (f"B({design.dimension}, {degree}) = {count:g}, zeta = {limit.zeta:g}",)
    return Table(tuple(columns), f"Degree {degree} is being learned", notes, curve.convention)


def _positive(name: str, values: ArrayLike) -> FloatArray:
    array = real_array(name, values, "a number or an array of numbers")
    if not np.all(array > 0):
        raise InvalidInputError(name, values, "> 0")
    return array


def _refuse_threshold(psi1: FloatArray, psi2: FloatArray, lam: FloatArray, rank: float) -> None:
    try:
        bad = (lam == 0) & (np.minimum(psi1, rank) == psi2)
    except ValueError:
        shapes = f"features_ratio {psi1.shape}, samples_ratio {psi2.shape}, ridge {lam.shape}"
        raise InvalidInputError("grid", shapes, "arrays that broadcast together") from None
    if np.any(bad):
        at = float(np.broadcast_to(psi2, bad.shape)[bad].flat[0])
        raise HypothesisError(
            f"ridge = 0 is not valid at samples_ratio = {at:g}: there the features interpolate exactly, "
            "and the risk is infinite; use ridge > 0 or leave the point out"
        )
