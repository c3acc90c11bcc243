"""The sums of third order against multiprecision, where float64 has them directly and where a power of kappa would underflow."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.third_order import third_order_sums
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

FIELDS = (
    "spread_learned", "spread_unlearned", "mixed_unlearned", "learned_per_kappa", "unlearned_per_kappa2", "mixed_per_kappa2",
)  # fmt: skip


def exact(spectrum: Spectrum, energies: list[float], x: float) -> list[float]:
    with mpmath.workdps(3000):
        kappa, tail = mpmath.exp(x), mpmath.mpf(spectrum.tail)
        s = [mpmath.exp(mpmath.mpf(float(log))) for log in spectrum.log_eigenvalues]
        m = [mpmath.mpf(float(count)) for count in spectrum.multiplicities]
        learned = mpmath.fsum(c * v**2 / (v + kappa) ** 3 for c, v in zip(m, s, strict=True))
        unlearned = mpmath.fsum(c * v / (v + kappa) ** 3 for c, v in zip(m, s, strict=True)) + tail / kappa**3
        mixed = mpmath.fsum(e * v / (v + kappa) ** 3 for e, v in zip(energies, s, strict=True))
        sums = (learned * kappa, unlearned * kappa**2, mixed * kappa**2, learned, unlearned, mixed)
        return [float(value) if value < mpmath.mpf(10) ** 308 else np.inf for value in sums]


@pytest.mark.parametrize("tail", [0.0, 1e-3])
@pytest.mark.parametrize("logs", [[0.0, -1.0, -3.0], [0.0, -300.0, -350.0], [0.0, -1000.0, -2000.0], [500.0, 490.0, 0.0]])
@pytest.mark.parametrize("energies", [[1.0, 2.0, 3.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
def test_sums(logs: list[float], energies: list[float], tail: float) -> None:
    spectrum = Spectrum.from_log(logs, [2.0, 1.0, 5.0], tail=tail)
    levels = SortedLevels.of(spectrum, Target(energies))
    points = np.array([30.0, 1.0, -2.0, -120.0, -299.0, -301.0, -420.0, -690.0])
    sums = third_order_sums(levels, points)
    for i, x in enumerate(points):
        for name, expected in zip(FIELDS, exact(spectrum, energies, x), strict=True):
            value = float(getattr(sums, name)[i])
            assert value == pytest.approx(expected, rel=1e-12, abs=1e-280), (name, x)


def test_a_power_of_kappa_too_many_is_seen() -> None:
    spectrum = Spectrum([1.0, 0.5])
    sums = third_order_sums(SortedLevels.of(spectrum, Target([1.0, 1.0])), np.array([-500.0]))
    assert float(sums.unlearned_per_kappa2[0]) == pytest.approx(1.0 + 4.0, rel=1e-12, abs=0)
    assert float(sums.learned_per_kappa[0]) == pytest.approx(1.0 + 2.0, rel=1e-12, abs=0)
    assert float(sums.spread_unlearned[0]) == 0.0
