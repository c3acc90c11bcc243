"""`[model.spectrum]` and `[model.target]`: eigenvalues and energies, as lists or by a formula, and sums of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from asymptotix.problems.analytic_spectra import ExponentialPart, MarchenkoPasturPart, PowerLawPart
from asymptotix.problems.part import NonNegative, Part, Positive

if TYPE_CHECKING:
    from asymptotix.spectra.spectrum import Spectrum
    from asymptotix.spectra.target import Target

__all__ = ["LevelTargetPart", "SpectrumPart", "TargetPart", "spectrum_and_target"]

_SPECTRA = ("eigenvalues", "power_law", "exponential", "marchenko_pastur", "table", "parts")
_TARGETS = ("energies", "source", "decay", "weight", "table", "parts")


class OneSpectrumPart(Part):
    """One description: `eigenvalues` with optional `multiplicities` and `tail` (mass of a flat remainder), or a formula."""

    eigenvalues: Annotated[list[NonNegative], Field(min_length=1)] | None = None
    multiplicities: list[Positive] | None = None
    tail: NonNegative | None = None
    power_law: PowerLawPart | None = None
    exponential: ExponentialPart | None = None
    marchenko_pastur: MarchenkoPasturPart | None = None

    @model_validator(mode="after")
    def _one_description(self) -> OneSpectrumPart:
        given = _the_one_given(self, _SPECTRA)
        if given != "eigenvalues" and (self.multiplicities is not None or self.tail is not None):
            raise ValueError(f"multiplicities and tail belong to eigenvalues; {given} has its own")
        if self.multiplicities is not None and len(self.multiplicities) != len(self.eigenvalues or ()):
            raise ValueError(f"{len(self.multiplicities)} multiplicities for {len(self.eigenvalues or ())} eigenvalues")
        return self

    def build(self) -> Spectrum:
        """The Spectrum described."""
        from asymptotix.spectra.spectrum import Spectrum

        for formula in (self.power_law, self.exponential, self.marchenko_pastur):
            if formula is not None:
                return formula.build()
        return Spectrum(self.eigenvalues or [], self.multiplicities, tail=self.tail or 0.0)


class SpectrumPart(OneSpectrumPart):
    """One description; `table`, a file that `asymptotix compress` wrote; or `parts`, several side by side: spikes and a bulk."""

    table: Annotated[str, Field(min_length=1)] | None = None
    parts: Annotated[list[OneSpectrumPart], Field(min_length=1)] | None = None

    def build(self) -> Spectrum:
        """The Spectrum described, where it is one."""
        if self.table is None:
            return super().build()
        from asymptotix.spectra.compression.compressing import load_spectrum

        return load_spectrum(self.table)


class LevelTargetPart(Part):
    """Squared norms of the target's parts in each level (on the sphere: in each degree), and of its part beyond the levels."""

    energies: Annotated[list[NonNegative], Field(min_length=1)]
    tail: NonNegative = 0.0

    def build(self) -> Target:
        """The Target described."""
        from asymptotix.spectra.target import Target

        return Target(self.energies, tail=self.tail)


class OneTargetPart(Part):
    """One description.

    `energies` with optional `tail`; for a power law `source` (energies i^(-1 - 2 exponent source)) or `decay` (i^-decay); for an
    exponential spectrum `decay` (e^(-decay (i - 1))); for a Marchenko-Pastur law `weight`, a power of the eigenvalue to which
    energies are in proportion, with their total `energy`.
    """

    energies: Annotated[list[NonNegative], Field(min_length=1)] | None = None
    tail: NonNegative | None = None
    source: Positive | None = None
    decay: float | None = None
    weight: float | None = None
    energy: NonNegative | None = None

    @model_validator(mode="after")
    def _one_description(self) -> OneTargetPart:
        given = _the_one_given(self, _TARGETS)
        if given != "energies" and self.tail is not None:
            raise ValueError(f"tail belongs to energies; a target given by {given} has its own")
        if given != "weight" and self.energy is not None:
            raise ValueError("energy belongs to weight")
        return self


class TargetPart(OneTargetPart):
    """One description; or `table = true`, the energies in the spectrum's table; or `parts`: one for each part of the spectrum."""

    table: Literal[True] | None = None
    parts: Annotated[list[OneTargetPart], Field(min_length=1)] | None = None


def _the_one_given(part: Part, names: tuple[str, ...]) -> str:
    """The name of the one description that is there."""
    known = [name for name in names if name in type(part).model_fields]
    given = [name for name in known if getattr(part, name) is not None]
    if len(given) != 1:
        raise ValueError(f"give either {', '.join(known[:-1])} or {known[-1]}")
    return given[0]


def spectrum_and_target(spectrum: SpectrumPart, target: TargetPart) -> tuple[Spectrum, Target]:
    """Both built; a target by a formula needs the spectrum that it refers to, and parts come in pairs."""
    from asymptotix.errors import InvalidInputError
    from asymptotix.spectra.spectrum_sum import combine

    if spectrum.parts is None and target.parts is None:
        return _pair(spectrum, target, "target")
    if spectrum.parts is None or target.parts is None or len(spectrum.parts) != len(target.parts):
        found = f"{len(target.parts or ())} parts for {len(spectrum.parts or ())} parts of the spectrum"
        raise InvalidInputError("target.parts", found, "one part for each part of the spectrum")
    pairs = zip(spectrum.parts, target.parts, strict=True)
    return combine(*(_pair(one, goal, f"target.parts[{k}]") for k, (one, goal) in enumerate(pairs)))


def _pair(spectrum: OneSpectrumPart, target: OneTargetPart, name: str) -> tuple[Spectrum, Target]:
    from asymptotix.errors import InvalidInputError
    from asymptotix.spectra.compression.compressed_spectrum import CompressedSpectrum
    from asymptotix.spectra.density import DensitySpectrum
    from asymptotix.spectra.exponential import ExponentialDecay
    from asymptotix.spectra.power_law import PowerLaw
    from asymptotix.spectra.target import Target

    built = spectrum.build()
    if target.energies is not None:
        return built, Target(target.energies, tail=target.tail or 0.0)
    if target.source is not None and isinstance(built, PowerLaw):
        return built, built.target(target.source)
    if target.decay is not None and isinstance(built, PowerLaw | ExponentialDecay):
        return built, built.target(decay=target.decay)
    if isinstance(target, TargetPart) and target.table and isinstance(built, CompressedSpectrum):
        if built.target is None:
            remedy = "make the table again with energies: asymptotix compress FILE --energies FILE -o TABLE"
            raise InvalidInputError("target.table", "no energies in the table of the spectrum", "a table with energies", remedy)
        return built, built.target
    if target.weight is not None and isinstance(built, DensitySpectrum):
        return built, built.target(target.weight, energy=1.0 if target.energy is None else target.energy)
    key = next(key for key in _TARGETS if getattr(target, key, None) is not None)
    needs = {"source": "a power_law", "decay": "a power_law or exponential", "weight": "marchenko_pastur", "table": "a table"}[
        key
    ]
    raise InvalidInputError(
        f"{name}.{key}", getattr(target, key), f"left out unless the spectrum is {needs}", "give target.energies"
    )
