"""Exponential decay in balls against sums in mpmath over every eigenvalue that 60 digits can see."""

from __future__ import annotations

import mpmath
import pytest

import asymptotix as ax
from tests.equivalents.certified.bounds import NOISE, assert_two_doubles_wide

pytest.importorskip("flint")


@pytest.mark.parametrize(("rate", "size"), [(0.4, None), (0.4, 3000), (3.0, None)])
def test_all_of_it_in_30_digits(rate: float, size: int | None) -> None:
    law, n, ridge, decay = ax.ExponentialDecay(rate, size=size, scale=2.0), 12, 1e-3, 0.3
    model = ax.RidgeRegression(law, law.target(decay=decay), noise_variance=NOISE)
    curve = ax.risk(model, n_samples=[n, 3], ridge=[ridge, 0.1], digits=30)
    assert_two_doubles_wide(curve)
    assert curve.decimals is not None
    with mpmath.workdps(60):
        kappa, last = mpmath.mpf(str(curve.decimals["effective_ridge"][0])), min(size or 10**9, int(250 / rate))
        s = [2 * mpmath.exp(-mpmath.mpf(rate) * i) for i in range(last)]
        e = [mpmath.exp(-mpmath.mpf(decay) * i) for i in range(int(250 / decay))][: size or None]
        df1, df2 = (mpmath.fsum((v / (v + kappa)) ** power for v in s) for power in (1, 2))
        missed = [1 if i >= last else (kappa / (s[i] + kappa)) ** 2 for i in range(len(e))]
        unlearned = mpmath.fsum(x * z for x, z in zip(e, missed, strict=True))
        assert abs(df1 + ridge / kappa - n) < mpmath.mpf(10) ** -27 * n
        bias = unlearned / (1 - df2 / n)
        assert abs(mpmath.mpf(str(curve.decimals["bias"][0])) / bias - 1) < mpmath.mpf(10) ** -27
        shorter = bias - e[60] * missed[60] / (1 - df2 / n)  # of index 61, which lies in the series
        assert abs(mpmath.mpf(str(curve.decimals["bias"][0])) / shorter - 1) > mpmath.mpf(10) ** -27
    plain = ax.risk(model, n_samples=[n, 3], ridge=[ridge, 0.1])
    for name in plain.values:
        assert curve.values[name] == pytest.approx(plain.values[name], rel=1e-13, abs=0), name


def test_below_zero_and_far_down() -> None:
    law = ax.ExponentialDecay(0.4)
    edge = float(ax.smallest_ridge(law, n_samples=30))
    proved = ax.effective_ridge(law, n_samples=30, ridge=[0.9 * edge, 0.0], certify=True)
    plain = ax.effective_ridge(law, n_samples=30, ridge=[0.9 * edge, 0.0])
    assert proved.value == pytest.approx(plain.value, rel=1e-12, abs=0)


def test_what_cannot_be_certified() -> None:
    law = ax.ExponentialDecay(1e-6)
    with pytest.raises(ax.InvalidInputError, match="eigenvalues of an exponential decay, of at most"):
        ax.effective_ridge(law, n_samples=1e6, ridge=1e-3, certify=True)
    with pytest.raises(ax.InvalidInputError, match=r"ExponentialDecay\(0.4\).target with certify"):
        ax.risk(ax.RidgeRegression(ax.ExponentialDecay(0.4), [1.0]), n_samples=3, ridge=1e-3, certify=True)
