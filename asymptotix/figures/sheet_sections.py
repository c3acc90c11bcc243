"""What stands on the formula sheet of an activation: kernels, their recursion, coefficients, eigenvalues, universality.

Every entry is derived on the spot. What has no closed form is a number with its reason, never a blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from asymptotix.errors import AsymptotixError, NotInClosedClassError
from asymptotix.figures.sheet_tables import array_latex, coefficient_table, number_latex
from asymptotix.report.sheet_files import SheetEntry

if TYPE_CHECKING:
    from asymptotix.activations import Activation, ActivationFamily
    from asymptotix.symbolic.formula import Formula
    from asymptotix.symbolic.learnability.series_degrees import Layers

__all__ = ["Sheet"]

CORRELATIONS = (-1.0, -0.5, 0.0, 0.5, 1.0)  # of the values of a kernel without a closed form
NO_VALUES = "the activation has parameters without a value: with values, numbers"
RECURSION = r"""\begin{aligned}
\Sigma^{(0)} &= w\,c + b, \qquad \Sigma^{(\ell)} = w\,k\bigl(\Sigma^{(\ell-1)}(x, x), \Sigma^{(\ell-1)}(x', x'), \Sigma^{(\ell-1)}(x, x')\bigr) + b, \\
\Theta^{(0)} &= \Sigma^{(0)}, \qquad \Theta^{(\ell)} = \Sigma^{(\ell)} + w\,\Theta^{(\ell-1)}\,\dot{k}\bigl(\Sigma^{(\ell-1)}(x, x), \Sigma^{(\ell-1)}(x', x'), \Sigma^{(\ell-1)}(x, x')\bigr)
\end{aligned}"""  # noqa: E501 an equation is easier to read whole


class Sheet:
    """Collects the entries of one activation, how many formulas are proved, verified or numeric, and the works they rest on."""

    def __init__(self, s: Activation | ActivationFamily, dimension: int, degrees: int) -> None:
        from asymptotix.activations import Activation

        self.s, self.dimension, self.degrees = s, dimension, degrees
        self.has_numbers = isinstance(s, Activation)
        self.statuses: dict[str, int] = {}
        self.sources: list[str] = []

    def entries(self) -> Iterator[SheetEntry]:
        """All of them, in the order of the page."""
        for section, parts in (
            ("Definition", self._definition), ("Constants", self._constants), ("Dual kernels", self._kernels),
            ("Networks", self._networks), ("Hermite coefficients", self._hermite),
            ("Gegenbauer coefficients on the sphere", self._gegenbauer), ("Eigenvalues and universality", self._eigenvalues),
        ):  # fmt: skip
            for entry in parts():
                yield SheetEntry(entry.title, entry.latex, entry.note, section)

    def formula(self, title: str, derive: Callable[[], Formula], note: str = "", instead: str = "") -> SheetEntry:
        """A formula with its status; where it is refused, `instead` and the reason."""
        try:
            formula = derive()
            latex = formula.latex()
        except AsymptotixError as refusal:
            return SheetEntry(title, instead, f"no closed form: {_first(str(refusal))}")
        self.count(formula.status.kind, formula.derivation.source if formula.derivation is not None else ())
        reason = f": {formula.status.reason}" if formula.status.reason else ""
        return SheetEntry(title, latex, " ".join(f"{note} [{formula.status.kind}{reason}]".split()))

    def count(self, kind: str, sources: tuple[str, ...] = ()) -> None:
        """One more formula of this status."""
        self.statuses[kind] = self.statuses.get(kind, 0) + 1
        self.sources += [key for key in sources if key not in self.sources]

    def _definition(self) -> Iterator[SheetEntry]:
        from asymptotix.symbolic.activation_constants import activation_latex

        value, slope = activation_latex(self.s)
        yield SheetEntry("Activation", rf"\sigma(x) = {value}", _properties(self.s))
        jumps = getattr(self.s, "jumps", ())
        note = f"almost everywhere; s jumps at {', '.join(f'{x:g}' for x in jumps)}" if jumps else ""
        yield SheetEntry("Derivative", rf"\sigma'(x) = {slope}", note)

    def _constants(self) -> Iterator[SheetEntry]:
        from asymptotix.symbolic.activation_constants import activation_constants

        try:
            found = activation_constants(self.s)
        except AsymptotixError as refusal:
            yield SheetEntry("Constants", "", _first(str(refusal)))
            return
        for constant, title in zip(found, ("Mean", "Linear part", "Second moment", "Nonlinear part"), strict=True):
            self.count(constant.status)
            yield SheetEntry(title, constant.latex(), f"[{constant.status}]")

    def _kernels(self) -> Iterator[SheetEntry]:
        from asymptotix import dual_kernel

        for title, derivative in (("Kernel", False), ("Kernel of the derivative", True)):
            yield self.formula(title, partial(dual_kernel, self.s, derivative=derivative))
            yield from self._kernel_values(derivative)

    def _kernel_values(self, derivative: bool) -> Iterator[SheetEntry]:
        """Numbers, for a kernel without a closed form."""
        from asymptotix import dual_kernel

        try:
            formula = dual_kernel(self.s, derivative=derivative)
            if formula.status.kind != "numeric":
                return
            inner = CORRELATIONS[1:-1] if formula.assumptions else CORRELATIONS
            values, bounds = formula.evaluate(1.0, 1.0, inner), formula.error_bound(1.0, 1.0, inner)
        except AsymptotixError:  # said where the formula is
            return
        rows = [[f"{c:g}", number_latex(v if abs(v) > bound else 0)] for c, v, bound in zip(inner, values, bounds, strict=True)]
        note = f"q1 = q2 = 1, by quadrature; absolute error below {max(bounds):.0e}"
        name = r"\dot{k}(1, 1, c)" if derivative else "k(1, 1, c)"
        yield SheetEntry("Its values", array_latex(["c", name], rows), note)

    def _networks(self) -> Iterator[SheetEntry]:
        from asymptotix import tangent_kernel

        two: tuple[tuple[str, Layers, str], ...] = (("Random features", "last", r"\Theta_{\mathrm{RF}}^{(1)} = k"),
               ("Neural tangent, first layer", "first", r"\Theta_{\mathrm{NT}}^{(1)} = c\,\dot{k}"),
               ("Neural tangent kernel, both layers", "all", r"\Theta^{(1)} = k + c\,\dot{k}"))  # fmt: skip
        for title, layers, instead in two:
            yield self.formula(f"{title} (two-layer)", partial(tangent_kernel, self.s, layers=layers),
                               "w = 1, b = 0", rf"{instead}(q_1, q_2, c)")  # fmt: skip
        note = "w and b: variances of weights and biases; depth counts hidden layers"
        yield SheetEntry("Any depth", RECURSION, note)
        yield from self._depths()

    def _depths(self) -> Iterator[SheetEntry]:
        from asymptotix.kernels import KernelMap

        if not self.has_numbers:
            return
        rows = []
        try:
            for depth in (1, 2, 3, 5):
                maps = [KernelMap(self.s, depth=depth, kind=kind) for kind in ("nngp", "tangent")]  # type: ignore[arg-type] # `has_numbers` says that it is no family
                rows.append([str(depth), *(number_latex(k(1.0, 1.0, c)) for k in maps for c in (0.5, 1.0))])
        except AsymptotixError as refusal:
            yield SheetEntry("Values by depth", "", _first(str(refusal)))
            return
        head = [
            "L",
            r"\Sigma^{(L)}(1, 1, \tfrac12)",
            r"\Sigma^{(L)}(1, 1, 1)",
            r"\Theta^{(L)}(1, 1, \tfrac12)",
            r"\Theta^{(L)}(1, 1, 1)",
        ]
        yield SheetEntry("Values by depth", array_latex(head, rows), "w = 1, b = 0")

    def _hermite(self) -> Iterator[SheetEntry]:
        from asymptotix import hermite_coefficient
        from asymptotix.symbolic.named_symbols import symbol_named

        k = symbol_named("degree", "k")
        yield self.formula(
            "Every degree", lambda: hermite_coefficient(self.s, k), instead=r"\mu_k = \mathbb{E}[\sigma(G)\,He_k(G)]"
        )
        yield from self._table("First degrees", r"\mathbb{E}[\sigma(G)\,He_k(G)]", lambda j: hermite_coefficient(self.s, j))

    def _gegenbauer(self) -> Iterator[SheetEntry]:
        from asymptotix import gegenbauer_coefficient
        from asymptotix.symbolic.named_symbols import radius_of, symbol_named

        k, d, root = symbol_named("degree", "k"), symbol_named("dimension", "d"), radius_of("sqrt(d)")
        name = r"\lambda_k(d) = \mathbb{E}\bigl[\sigma(\sqrt{d}\,t)\,P_k(t)\bigr]"
        yield SheetEntry("Definition", name, "t: first coordinate of a uniform point of the unit sphere of R^d, P_k(1) = 1")
        if not self.has_numbers:
            yield SheetEntry("Coefficients", "", NO_VALUES)
            return
        s: Any = self.s
        yield self.formula("Every degree and dimension", lambda: gegenbauer_coefficient(s, k, d, radius=root))
        single = [self.formula(f"Degree {j}", partial(gegenbauer_coefficient, s, j, d, radius=root)) for j in range(3)]
        yield from (entry for entry in single if entry.latex)
        yield self._levels(f"First degrees, d = {self.dimension}", rf"\lambda_k({self.dimension})",
                           lambda j, d, radius: gegenbauer_coefficient(s, j, d, radius=radius))  # fmt: skip

    def _levels(self, title: str, name: str, derive: Callable[[int, Any, Any], Formula], note: str = "") -> SheetEntry:
        """Numbers of the first degrees in the dimension of the sheet, from the formula for every dimension where there is one."""
        from asymptotix.symbolic.named_symbols import radius_of, symbol_named

        def value(j: int) -> tuple[str, str]:
            try:
                formula = derive(j, symbol_named("dimension", "d"), radius_of("sqrt(d)"))
            except NotInClosedClassError:
                formula = derive(j, self.dimension, radius_of(f"sqrt({self.dimension})"))
            self.count(formula.status.kind)
            return number_latex(formula.evaluate(**({"d": self.dimension} if formula.symbols else {}))), formula.status.kind

        try:
            rows = [[str(j), number, rf"\text{{{kind}}}"] for j in range(self.degrees + 1) for number, kind in [value(j)]]
        except AsymptotixError as refusal:
            return SheetEntry(title, "", _first(str(refusal)))
        return SheetEntry(title, array_latex(["k", name, ""], rows), note)

    def _table(self, title: str, name: str, derive: Callable[[int], Formula]) -> Iterator[SheetEntry]:
        try:
            formulas = {j: derive(j) for j in range(self.degrees + 1)}
            yield SheetEntry(title, coefficient_table(name, formulas))
        except AsymptotixError as refusal:
            yield SheetEntry(title, "", _first(str(refusal)))
            return
        for formula in formulas.values():
            self.count(formula.status.kind)

    def _eigenvalues(self) -> Iterator[SheetEntry]:
        from asymptotix import eigenvalue_decay, kernel_eigenvalue, null_degrees, universality
        from asymptotix.symbolic.named_symbols import symbol_named

        if not self.has_numbers:
            yield SheetEntry("Eigenvalues", "", NO_VALUES)
            return
        s: Any = self.s
        yield self._random_feature_levels(s)
        yield self._levels(
            "Eigenvalues of the tangent kernel",
            r"\lambda_k^2 + \text{first layer}",
            lambda j, d, radius: kernel_eigenvalue(s, j, d, layers="all", radius=radius),
            f"both layers, two-layer network without bias, d = {self.dimension}",
        )
        parts: tuple[tuple[str, Layers], ...] = (("Random features", "last"), ("Both layers", "all"))
        for title, layers in parts:
            yield self.sentence(f"{title}: null degrees", partial(null_degrees, s, layers=layers))
            d = symbol_named("dimension", "d")
            yield self.sentence(f"{title}: decay", partial(eigenvalue_decay, s, d, layers=layers))
        for title, bias in (("Universal on the sphere, without bias", 0), ("Universal on the sphere, with bias", 1)):
            yield self.sentence(title, partial(universality, s, bias_variance=bias))

    def _random_feature_levels(self, s: Any) -> SheetEntry:
        from asymptotix import activation_spectrum

        title = "Eigenvalues of the random-feature kernel"
        try:
            spectrum = activation_spectrum(s, dimension=self.dimension, max_degree=self.degrees)
        except AsymptotixError as refusal:
            return SheetEntry(title, "", _first(str(refusal)))
        rows = [[str(k), number_latex(b), number_latex(e), number_latex(b * e)]
                for k, (b, e) in enumerate(zip(spectrum.multiplicities, spectrum.eigenvalues, strict=True))]  # fmt: skip
        head = ["k", "B(d, k)", r"\lambda_k(d)^2", r"B(d, k)\,\lambda_k(d)^2"]
        note = f"d = {self.dimension}; beyond degree {self.degrees}: mass {spectrum.tail:.3g}"
        return SheetEntry(title, array_latex(head, rows), note)

    def sentence(self, title: str, decide: Callable[[], Any]) -> SheetEntry:
        """A verdict in words."""
        try:
            found = decide()
        except AsymptotixError as refusal:
            return SheetEntry(title, "", _first(str(refusal)))
        self.sources += [key for key in found.derivation.source if key not in self.sources]
        return SheetEntry(title, "", _in_words(found))


def _in_words(found: Any) -> str:
    if hasattr(found, "degree_exponent"):
        return f"k^-({found.degree_exponent}) in the degree, i^-({found.index_exponent}) in the index"
    if not hasattr(found, "universal"):
        return f"{found.certain if found.certain == found.possible else 'not decided'}: {found.reason}"
    verdict = "not decided" if found.universal is None else "yes" if found.universal else "no"
    return f"{verdict}: {found.reason}"


def _properties(s: Any) -> str:
    """Parity, homogeneity and kinks in words."""
    words = [f"{s.parity} function"] if getattr(s, "parity", None) else []
    homogeneity = getattr(s, "homogeneity", None)
    words += [f"positively homogeneous of degree {homogeneity.degree}"] if homogeneity is not None else []
    kinks = getattr(s, "kinks", ())
    words += [f"kinks or jumps at {', '.join(f'{x:g}' for x in kinks)}"] if kinks else []
    return "; ".join(words)


def _first(text: str) -> str:
    """The reason without the remedy, which belongs to a call."""
    return text.split("; ")[0]
