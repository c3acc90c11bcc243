r"""The same two-layer network at scales between lazy and mean field: what it learns and how far its kernel moves.

$f=N^{-b}\sum_ia_i\sigma(\langle w_i,x\rangle)$ with learning rate $N^{2b-1}$, so that the kernel at the start does not depend on
b or N: weights move by $N^{b-1}$ and, for output weights of symmetric law, the kernel by $N^{2b-2}$. b = 1/2 is lazy, b = 1
mean field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import InvalidInputError
from asymptotix.kernels.finite_width import finite_width_kernel
from asymptotix.lazy.log_slopes import log_slopes
from asymptotix.lazy.population_flow import population_dynamics
from asymptotix.report.table import Column, Table
from asymptotix.runs.progress import Progress, reporting
from asymptotix.spectra.arguments import real_array, real_number, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["ScaleStudy", "scale_study"]

FloatArray = NDArray[np.float64]
_CONVENTION = (
    "trained on 1/2 E (f - f*)^2, inputs N(0, I); test_error: E (f - f*)^2; time of gradient flow with learning rate N^(2b-1), "
    "f = N^-b sum a s(<w, x>)"
)

_POINTS = 100  # Gaussian inputs on which the kernel is compared
_MEASURED = ("test_error", "kernel_change", "movement", "alignment")


@dataclass(frozen=True, eq=False)
class ScaleStudy:
    r"""Means over draws of the initial weights, of shape (exponents, widths), with `standard_error[name]`.

    `test_error` $\mathbb E(f-f_*)^2$, `kernel_change` $\|K_t-K_0\|/\|K_0\|$ (Frobenius, at Gaussian inputs), `movement`
    $\|W_t-W_0\|/\|W_0\|$, `alignment` the part of the squared norm of W along u, 1/d at the start.
    """

    activation: Activation
    target: Activation
    dimension: int
    time: float
    exponent: FloatArray
    width: NDArray[np.int64]
    draws: dict[str, FloatArray]

    @property
    def test_error(self) -> FloatArray:
        """E (f - f*)^2 over fresh inputs."""
        return np.asarray(self.draws["test_error"].mean(axis=-1))

    @property
    def kernel_change(self) -> FloatArray:
        """Relative."""
        return np.asarray(self.draws["kernel_change"].mean(axis=-1))

    @property
    def movement(self) -> FloatArray:
        """Of the weights of the first layer, relative."""
        return np.asarray(self.draws["movement"].mean(axis=-1))

    @property
    def alignment(self) -> FloatArray:
        """The learned direction."""
        return np.asarray(self.draws["alignment"].mean(axis=-1))

    @property
    def standard_error(self) -> dict[str, FloatArray]:
        """Of each mean."""
        return {name: v.std(axis=-1, ddof=1) / np.sqrt(v.shape[-1]) for name, v in self.draws.items()}

    def slopes(self, quantity: str = "kernel_change") -> list[tuple[float, float]]:
        """The exponent in the width, with its standard error, at each scale exponent.

        Theory for the kernel: 2 b - 2; for the movement: b - 1.

        Raises:
            InvalidInputError: another quantity, or one width.
        """
        if quantity not in _MEASURED:
            raise InvalidInputError("quantity", quantity, f"one of {', '.join(_MEASURED)}")
        if np.unique(self.width).size < 2:
            raise InvalidInputError("widths", self.width.tolist(), "at least two, to fit an exponent")
        arguments = {"width": self.width.astype(np.float64)}
        means, errors = getattr(self, quantity), self.standard_error[quantity]
        return [log_slopes(arguments, mean, error)["width"] for mean, error in zip(means, errors, strict=True)]

    def table(self) -> Table:
        """One row an exponent and width."""
        b, n = np.broadcast_arrays(self.exponent[:, None], self.width[None, :])
        columns = [Column("exponent", b.ravel().tolist()), Column("width", n.astype(np.float64).ravel().tolist())]
        for name in _MEASURED:
            columns.append(Column(name, getattr(self, name).ravel().tolist()))
            columns.append(Column(f"{name}_standard_error", self.standard_error[name].ravel().tolist(), digits=2))
        notes = [
            f"{self.activation.name} network, both layers trained to time {self.time:g} by gradient flow on the population loss, "
            f"antisymmetric start, d = {self.dimension}, target {self.target.name} of one direction"
        ]
        if self.width.size > 1:
            for exponent, (slope, error) in zip(self.exponent, self.slopes(), strict=True):
                expected = f"expected {2 * exponent - 2:.2f}" if exponent <= 1 else "no exponent is known beyond b = 1"
                notes.append(f"kernel change at b = {exponent:g}: N^({slope:.2f} +- {error:.2f}), {expected}")
        return Table(tuple(columns), "From lazy to mean field", tuple(notes), _CONVENTION)

    def plot(self, quantity: str = "kernel_change", *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """One quantity against the scale exponent, a color for each width.

        Raises:
            InvalidInputError: another quantity.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, Points, plot_curves

        if quantity not in _MEASURED:
            raise InvalidInputError("quantity", quantity, f"one of {', '.join(_MEASURED)}")
        values, errors = getattr(self, quantity), self.standard_error[quantity]
        labels = [f"N = {n}" for n in self.width]
        lines = [Line(self.exponent, values[:, k], label, k) for k, label in enumerate(labels)]
        points = [Points(self.exponent, values[:, k], errors[:, k], label, k) for k, label in enumerate(labels)]
        words = {
            "test_error": r"test error $E(f-f_*)^2$", "kernel_change": "relative change of the kernel",
            "movement": "relative movement of the weights", "alignment": "part of the weights along u",
        }  # fmt: skip
        caption = f"{self.activation.name}, d = {self.dimension}, time {self.time:g}; 1/2 is lazy, 1 mean field"
        return plot_curves(
            lines, points, x_label="scale exponent b", y_label=words[quantity], title=title, caption=caption, ax=ax
        )


def scale_study(
    activation: Activation | str,
    *,
    target: Activation | str,
    dimension: int,
    widths: Sequence[int],
    exponents: Sequence[float] = (0.5, 0.625, 0.75, 0.875, 1.0),
    time: float = 20.0,
    n_trials: int = 2,
    seed: int = 0,
    progress: Progress = "auto",
) -> ScaleStudy:
    r"""Train the same network at scales $N^{-b}$ with learning rates $N^{2b-1}$ on the population loss, and compare.

    The target is $\varphi(\langle u,x\rangle)$, the inputs are Gaussian, both layers are trained from pairs $(\pm1,w)$,
    $w\sim N(0,I/d)$, so that f = 0 at the start.

    Args:
        activation: erf of any scale, ReLU with target ReLU, or a smooth one (small widths).
        target: $\varphi$.
        dimension: d >= 2.
        widths: even numbers of neurons.
        exponents: b, from 1/2 to 2.
        time: of gradient flow, > 0.
        n_trials: draws of the weights, >= 2; the same for every exponent.
        seed: of the draws.
        progress: a bar on a terminal ("auto"), True, False, or a callable(done, total).

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError, ConvergenceError: as `population_dynamics`.

    Source:
        [ChizatOyallonBach2019] for the scale, [MeiMontanariNguyen2018] for mean field; the exponents are heuristic.

    Examples:
        >>> study = scale_study("erf", target="erf", dimension=8, widths=[16], exponents=[0.5, 1.0], time=5.0)
        >>> bool(study.kernel_change[0, 0] < 0.3 * study.kernel_change[1, 0])
        True
    """
    s, phi = as_activation(activation), as_activation(target)
    d, trials, seed = (
        whole_number("dimension", dimension, 2),
        whole_number("n_trials", n_trials, 2),
        whole_number("seed", seed, 0),
    )
    end = real_number("time", time, lambda v: 0 < v < np.inf, "finite and > 0")
    sizes = [whole_number("widths", n, 2) for n in np.atleast_1d(np.asarray(widths, dtype=object))]
    if not sizes or any(n % 2 for n in sizes):
        raise InvalidInputError("widths", sizes, "even numbers >= 2: the neurons start in pairs")
    b = np.atleast_1d(real_array("exponents", exponents))
    if b.ndim != 1 or b.size == 0 or not np.all((b >= 0.5) & (b <= 2.0)):
        raise InvalidInputError("exponents", exponents, "from 1/2 (lazy) to 2; 1 is mean field")
    measured = np.empty((len(_MEASURED), b.size, len(sizes), trials))
    with reporting(progress, "networks") as report:
        for done, (k, n, trial, i) in enumerate(
            (k, n, trial, i) for k, n in enumerate(sizes) for trial in range(trials) for i in range(b.size)
        ):
            measured[:, i, k, trial] = _trained(s, phi, d, n, float(b[i]), end, np.random.default_rng([seed, trial, n, d]))
            report(done + 1, measured[0].size)
    draws = dict(zip(_MEASURED, measured, strict=True))
    return ScaleStudy(s, phi, d, end, b, np.array(sizes, dtype=np.int64), draws)


def _trained(
    s: Activation, phi: Activation, d: int, n: int, exponent: float, time: float, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """The values of `_MEASURED` for one network."""
    weights = np.repeat(rng.standard_normal((n // 2, d)) / np.sqrt(d), 2, axis=0)
    points, direction = rng.standard_normal((_POINTS, d)), np.eye(d)[:1]
    signs = np.tile([1.0, -1.0], n // 2)
    found = population_dynamics(
        s, weights=weights, teacher_weights=direction, teacher_activation=phi, output_weights=signs, times=[0.0, time],
        scale=n**-exponent, learning_rate=n ** (2 * exponent - 1), train_output=True,
    )  # fmt: skip
    # back from the coordinates of the span, which the weights at the start and the direction fix together
    inside, outside = np.vstack([found.weights[0], found.teacher_weights]), np.vstack([weights, direction])
    basis = np.linalg.lstsq(inside, outside, rcond=None)[0]
    last = found.weights[1] @ basis
    before, after = (_kernel(s, w, a, points) for w, a in ((weights, signs), (last, found.output_weights[1])))
    return (
        2.0 * float(found.loss[1]),
        float(np.linalg.norm(after - before) / np.linalg.norm(before)),
        float(np.linalg.norm(found.weights[1] - found.weights[0]) / np.linalg.norm(found.weights[0])),
        float(found.alignment[1]),
    )


def _kernel(s: Activation, weights: FloatArray, a: FloatArray, points: FloatArray) -> FloatArray:
    """sum s s / N + <x, x'> sum a^2 s' s' / N; the other convention has weights larger by sqrt(d), <x, x'> / d."""
    d = points.shape[1]
    first = finite_width_kernel(s, np.sqrt(d) * weights, points, layers="first", output_weights=a)
    return np.asarray(finite_width_kernel(s, np.sqrt(d) * weights, points, layers="last") + d * first)
