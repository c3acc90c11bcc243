r"""SpectrumSum: several spectra side by side, as in spikes above a bulk; tails add."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.spectrum import Spectrum, checked_spectrum
from asymptotix.spectra.target import Target, as_target

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SpectrumSum", "TargetSum", "combine"]

FloatArray = NDArray[np.float64]


class SpectrumSum(Spectrum):
    """The levels of all `parts`, one part after the other; flat tails and their errors add.

    Made by `one + other`, or by `combine`, which combines the targets as well.

    Raises:
        InvalidInputError: a table among the parts (`CompressedSpectrum`): tables add up to a table.
    """

    parts: tuple[Spectrum, ...]

    def __init__(self, parts: Sequence[Spectrum]) -> None:
        """See the class."""
        flat = tuple(part for given in parts for part in (given.parts if isinstance(given, SpectrumSum) else (given,)))
        for part in flat:
            part.check_summable()
        tail = sum(part.tail for part in flat)
        super().__init__(
            np.concatenate([part.eigenvalues for part in flat]),
            np.concatenate([part.multiplicities for part in flat]),
            tail,
            # what lumping moves is the sum of mass times peak over the tails
            sum(part.tail * part.tail_peak for part in flat) / tail if tail > 0 else 0.0,
            sum(part.tail_error for part in flat),
            _log_eigenvalues=np.concatenate([part.log_eigenvalues for part in flat]),
        )
        object.__setattr__(self, "parts", flat)

    def _scaled(self, factor: float) -> SpectrumSum:
        return SpectrumSum([part * factor for part in self.parts])

    def head(self, target: Target) -> tuple[Spectrum, Target]:
        """Each part as an experiment draws it, side by side."""
        return combine(*(part.head(goal) for part, goal in zip(self.parts, self.split(target), strict=True)))

    def split(self, target: Target) -> list[Target]:
        """The target of each part, as it was given to `combine`, else its energies level by level."""
        return list(target.parts) if isinstance(target, TargetSum) and self._fits(target) else self._cut(target)

    def _fits(self, target: TargetSum) -> bool:
        sizes = [len(part) for part in self.parts]
        return [goal.energies.size for goal in target.parts] == sizes

    def _cut(self, target: Target) -> list[Target]:
        """Energies level by level, cut where the parts end; the tail goes with the last part."""
        energies = target.padded(len(self))
        ends = np.cumsum([0, *(len(part) for part in self.parts)])
        tails = [0.0] * (len(self.parts) - 1) + [target.tail]
        return [Target(energies[a:b], tail) for (a, b), tail in zip(pairwise(ends), tails, strict=True)]

    def __repr__(self) -> str:
        """The parts."""
        return " + ".join(repr(part) for part in self.parts)


class TargetSum(Target):
    """The targets of the parts of a `SpectrumSum`, each padded to the levels of its part."""

    parts: tuple[Target, ...]

    def __init__(self, parts: Sequence[Target]) -> None:
        """See the class."""
        super().__init__(np.concatenate([part.energies for part in parts]), sum(part.tail for part in parts))
        object.__setattr__(self, "parts", tuple(parts))


def combine(*parts: tuple[Spectrum, Target | ArrayLike]) -> tuple[SpectrumSum, TargetSum]:
    r"""Spectra with their targets side by side: the covariance is block diagonal, and the target a sum over the blocks.

    Sums over the spectrum, such as $\mathrm{df}_1(\kappa)=\sum_a\mathrm{df}_1^{(a)}(\kappa)$, and the energies add.

    Args:
        parts: pairs of a Spectrum and its target, a Target or energies, one for each level of that spectrum from the first on.

    Raises:
        InvalidInputError: nothing given, something that is not a pair, no Spectrum, a table, or energies beyond its levels.

    Source:
        [HastieMontanariRossetTibshirani2022] for a covariance of any law.

    >>> import asymptotix as ax
    >>> bulk = ax.MarchenkoPastur(aspect_ratio=0.5, size=300)
    >>> model = ax.RidgeRegression(*ax.combine((ax.Spectrum([20.0, 10.0]), [1.0, 0.5]), (bulk, bulk.target(energy=0.2))))
    >>> print(ax.risk(model, n_samples=100, ridge=1.0).test_error.round(6))
    0.143459
    """
    if not parts:
        raise InvalidInputError("parts", parts, "at least one pair (spectrum, target)")
    spectra, targets = [], []
    for part in parts:
        if not isinstance(part, tuple) or len(part) != 2:
            raise InvalidInputError("parts", part, "pairs (spectrum, target)")
        spectrum, target = checked_spectrum(part[0]), as_target(part[1])
        padded = target.padded(len(spectrum))
        spectra.append(spectrum)
        targets.append(target if target.energies.size == len(spectrum) else Target(padded, target.tail))
    return SpectrumSum(spectra), TargetSum([goal for target in targets for goal in _flat(target)])


def _flat(target: Target) -> tuple[Target, ...]:
    return target.parts if isinstance(target, TargetSum) else (target,)
