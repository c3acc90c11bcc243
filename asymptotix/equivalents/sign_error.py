r"""How often the sign of a held-out prediction is wrong: kernel ridge regression on labels +-1, on n of N given points.

With the average smoother $L=K(K+\kappa)^{-1}$ of `kernel_ridge`, the prediction at a point t that was not drawn has the mean
$m_t$ of a leave-one-out fit with L, and fluctuates from draw to draw with a variance $V_t$:

.. math:: y_t-m_t=\frac{((1-L)y)_t}{1-L_{tt}},\qquad V_t\propto\frac{(L^2)_{tt}-L_{tt}^2}{(1-L_{tt})^2},\qquad
    \frac1N\sum_tV_t=\frac{\mathrm{Var}_i(L_i)}{(1-\ell)\Delta}\Big[(1-\omega)\frac b{1-\ell}+\sigma^2\Big].

The mean: averaging the smoother over the draws and splitting on whether t was drawn leaves no other value that does not depend on
$y_t$. The average of $V_t$: the held-out error less that of the mean, $b/(1-\ell)^2$, which is a sum of positive terms. Its
distribution over the points: that of the squared weights that the mean gives to the other labels.

Hypothesis: the prediction at a fixed point is Gaussian over the draws of the training set and of its noise. Then

.. math:: \text{classification error}=\frac1N\sum_t\Phi\Big(-\frac{y_tm_t}{\sqrt{V_t}}\Big).

No published source is known. Labels are noise-free here; what is trained on has noise of variance $\sigma^2$ added.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from asymptotix.models.designs import DataKernel
from asymptotix.models.kernel_ridge import KernelRidge

__all__ = ["has_signs", "held_out_sign_error"]

FloatArray = NDArray[np.float64]

_BLOCK = 1 << 20  # entries of a temporary, one a point of the grid and point of the data


def has_signs(model: KernelRidge) -> bool:
    """Whether every label of a data set is +1 or -1."""
    return isinstance(model.design, DataKernel) and bool(np.all(np.abs(model.design.labels) == 1.0))


def held_out_sign_error(model: KernelRidge, fields: Mapping[str, FloatArray], n_samples: FloatArray) -> FloatArray:
    """The share of wrong signs, the mean over the outputs; `fields` are those of `kernel_ridge`, flat, at `n_samples`."""
    assert isinstance(model.design, DataKernel)
    eigenvalues, vectors = model.eigenpairs
    labels = model.design.labels.reshape(len(vectors), -1)
    squares, loads = vectors**2, vectors.T @ labels
    flat = n_samples.ravel()
    size, out = len(vectors), np.empty(flat.size)
    step = max(1, _BLOCK // size)
    for start in range(0, flat.size, step):
        at = slice(start, start + step)
        n, left = flat[at], (size - fields["df1"][at]) / size
        kappa = fields["effective_ridge"][at] * size * left
        unlearned = np.where(eigenvalues > 0, kappa[:, None] / (eigenvalues + kappa[:, None] + (eigenvalues == 0)), 1.0).T
        # Var(L) / ((1 - ell) Delta) and (1 - omega) / (1 - ell)
        spread = fields["overfitting_coefficient"][at] * size / n * np.var(unlearned, axis=0)
        by_inputs = (size - n) / (size * left**2)
        own, weights = _leave_one_out(squares, unlearned)
        shares = weights / np.maximum(weights.mean(axis=0), np.finfo(np.float64).tiny)
        wrong = np.zeros(n.size)
        for label, load in zip(labels.T, loads.T, strict=True):
            missed = np.where(own > 0, vectors @ (unlearned * load[:, None]) / np.where(own > 0, own, 1.0), label[:, None])
            b = (unlearned**2).T @ load**2 / size
            wrong += _share_below_zero(
                label[:, None] * (label[:, None] - missed), shares * spread * (by_inputs * b + model.noise_variance)
            )
        out[at] = wrong / labels.shape[1]
    return out.reshape(n_samples.shape)


def _leave_one_out(squares: FloatArray, unlearned: FloatArray) -> tuple[FloatArray, FloatArray]:
    """1 - L_tt, 0 where a point is alone and kappa = 0, and ((L^2)_tt - L_tt^2) / (1 - L_tt)^2; a row a point."""
    own = squares @ unlearned
    own[own < len(squares) * np.finfo(np.float64).eps] = 0.0
    scatter = np.maximum(squares @ unlearned**2 - own**2, 0.0)
    return own, np.where(own > 0, scatter / np.where(own > 0, own, 1.0) ** 2, 0.0)


def _share_below_zero(margins: FloatArray, variances: FloatArray) -> FloatArray:
    """The mean over the rows of P(margin + noise <= 0), as a step where there is no noise; a prediction of 0 is an error."""
    from scipy.special import ndtr

    with np.errstate(divide="ignore", invalid="ignore"):
        standardized = np.where(variances > 0, margins / np.sqrt(variances), np.where(margins > 0, np.inf, -np.inf))
    return np.asarray(ndtr(-standardized).mean(axis=0))
