r"""One neuron and a kernel on the same target with the same number of samples, n of the order of d.

The neuron is trained (simulation); the kernel has its deterministic equivalent on the sphere of radius $\sqrt d$, at the
best of a few ridges. For the ReLU, homogeneous of degree 1, the mean squared error of a neuron is the same for Gaussian
inputs and on the sphere; for other activations the two differ by O(1/d).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.equivalents.dispatch import risk
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.lazy.single_neuron_descent import SingleNeuronDescent, single_neuron_descent
from asymptotix.lazy.target_energies import target_energies
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import whole_number
from asymptotix.spectra.target import Target

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["NeuronAgainstKernel", "neuron_against_kernel"]

FloatArray = NDArray[np.float64]

_RIDGES = np.geomspace(1e-4, 1e2, 37)
_DEGREES = 12


@dataclass(frozen=True, eq=False)
class NeuronAgainstKernel:
    """Excess risks at each n: `neuron` as simulated, `kernel` by its equivalent, and `barrier`, the energy beyond degree 1.

    `barrier` is the limit of the best kernel for n between d and d^2.
    """

    neuron: SingleNeuronDescent
    kernel: FloatArray
    barrier: float

    def table(self) -> Table:
        """One row for each number of samples."""
        neuron = self.neuron
        columns = (
            Column("n_samples", [float(n) for n in neuron.n_samples]),
            Column("n / d", neuron.ratio.tolist()),
            Column("neuron", [float(v) for v in neuron.test_error]),
            Column("neuron_standard_error", [float(v) for v in neuron.standard_error["test_error"]], digits=2),
            Column("noise_floor", [float(v) for v in neuron.noise_floor]),
            Column("kernel", [float(v) for v in self.kernel]),
        )
        notes = (
            f"{neuron.name}, d = {neuron.dimension}, noise variance {neuron.noise_variance:g}; neuron: {neuron.n_trials} trials",
            "kernel: deterministic equivalent on the sphere at the best ridge",
            f"no kernel falls below {self.barrier:.4g} with n << d^2, d to infinity",
        )
        return Table(columns, "One neuron and a kernel: excess risk", notes)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """Both errors against n / d.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, Points, plot_curves

        neuron, x = self.neuron, self.neuron.ratio
        lines = [Line(x, self.kernel, "kernel (theory, best ridge)", 0)]
        if neuron.noise_variance > 0 and np.any(np.isfinite(neuron.noise_floor)):
            fine = np.geomspace(x[np.isfinite(neuron.noise_floor)].min(), x.max(), 200)
            lines.append(Line(fine, neuron.noise_variance / (fine - 2.0), r"$\sigma^2d/(n-2d)$", 1))
        lines.append(Line(x, np.full_like(x, self.barrier), r"$\|P_{>1}f_*\|^2$", 6))
        points = [Points(x, neuron.test_error, neuron.standard_error["test_error"], "one neuron (simulation)", 1)]
        caption = f"{neuron.name}, d = {neuron.dimension}, noise variance {neuron.noise_variance:g}, {neuron.n_trials} trials"
        return plot_curves(
            lines, points, x_label="n / d", y_label="excess risk", title=title, caption=caption, logx=True, logy=True, ax=ax
        )


def neuron_against_kernel(
    activation: Activation | str = "relu",
    *,
    dimension: int,
    ratio: Sequence[float] = (2.5, 3.0, 4.0, 6.0, 10.0, 20.0),
    kernel: Any = None,
    noise_variance: float = 0.01,
    max_steps: int = 4000,
    n_trials: int = 20,
    seed: int = 0,
) -> NeuronAgainstKernel:
    """Train one neuron on n = ratio d samples of a neuron, and put the kernel's theory at the same n beside it.

    Args:
        activation: of the neuron and of the target.
        dimension: d >= 3.
        ratio: n / d.
        kernel: as in `kernel_staircase`; the dual kernel of the activation by default.
        noise_variance: of the labels.
        max_steps: of gradient descent.
        n_trials: of the neuron.
        seed: of the draws.

    Raises:
        InvalidInputError, HypothesisError, ConvergenceError: as in `single_neuron_descent` and `risk`.

    Source:
        [GhorbaniMeiMisiakiewiczMontanari2021] for what the kernel cannot do.

    >>> both = neuron_against_kernel("relu", dimension=30, ratio=[10.0], n_trials=4)
    >>> bool(both.neuron.test_error[0] < both.kernel[0] / 10)
    True
    """
    s, d = as_activation(activation), whole_number("dimension", dimension, 3)
    neuron = single_neuron_descent(
        s, dimension=d, ratio=ratio, noise_variance=noise_variance, max_steps=max_steps, n_trials=n_trials, seed=seed
    )
    if kernel is None:
        kernel = KernelMap(s)
    elif isinstance(kernel, str | Activation):
        kernel = KernelMap(as_activation(kernel))
    own = target_energies(s, max_degree=_DEGREES, dimension=d)
    model = KernelRidge.on_sphere(
        kernel, dimension=d, target=Target(own.energies, tail=own.beyond), noise_variance=neuron.noise_variance
    )
    curves = risk(model, n_samples=neuron.n_samples[:, None].astype(np.float64), ridge=_RIDGES).excess_risk
    barrier = target_energies(s, max_degree=_DEGREES).tail(1)
    return NeuronAgainstKernel(neuron, np.min(curves, axis=1), barrier)
