"""`[model.spectrum]` and `[model.target]`: eigenvalues and energies, as lists or as power laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from asymptotix.problems.part import NonNegative, Part, Positive

if TYPE_CHECKING:
    from asymptotix.spectra.spectrum import Spectrum
    from asymptotix.spectra.target import Target

__all__ = ["LevelTargetPart", "PowerLawPart", "SpectrumPart", "TargetPart", "spectrum_and_target"]


class PowerLawPart(Part):
    """Eigenvalues i^(-exponent); infinitely many without `size` (the exponent must then exceed 1)."""

    exponent: Positive
    size: Annotated[int, Field(ge=1)] | None = None


class SpectrumPart(Part):
    """Either `eigenvalues` with optional `multiplicities` and `tail` (mass of an infinitely flat remainder), or `power_law`."""

    eigenvalues: Annotated[list[NonNegative], Field(min_length=1)] | None = None
    multiplicities: list[Positive] | None = None
    tail: NonNegative | None = None
    power_law: PowerLawPart | None = None

    @model_validator(mode="after")
    def _one_description(self) -> SpectrumPart:
        if (self.eigenvalues is None) == (self.power_law is None):
            raise ValueError("give either eigenvalues or power_law")
        if self.power_law is not None and (self.multiplicities is not None or self.tail is not None):
            raise ValueError("multiplicities and tail belong to eigenvalues; a power_law has its own")
        if self.multiplicities is not None and len(self.multiplicities) != len(self.eigenvalues or ()):
            raise ValueError(f"{len(self.multiplicities)} multiplicities for {len(self.eigenvalues or ())} eigenvalues")
        return self

    def build(self) -> Spectrum:
        """The Spectrum described."""
        from asymptotix.spectra.power_law import PowerLaw
        from asymptotix.spectra.spectrum import Spectrum

        if self.power_law is not None:
            return PowerLaw(self.power_law.exponent, self.power_law.size)
        return Spectrum(self.eigenvalues or [], self.multiplicities, tail=self.tail or 0.0)


class LevelTargetPart(Part):
    """Squared norms of the target's parts in each level (on the sphere: in each degree), and of its part beyond the levels."""

    energies: Annotated[list[NonNegative], Field(min_length=1)]
    tail: NonNegative = 0.0

    def build(self) -> Target:
        """The Target described."""
        from asymptotix.spectra.target import Target

        return Target(self.energies, tail=self.tail)


class TargetPart(Part):
    """Either `energies` with optional `tail`, or, for a power-law spectrum, `source`: energies i^(-1 - 2 exponent source)."""

    energies: Annotated[list[NonNegative], Field(min_length=1)] | None = None
    tail: NonNegative | None = None
    source: Positive | None = None

    @model_validator(mode="after")
    def _one_description(self) -> TargetPart:
        if (self.energies is None) == (self.source is None):
            raise ValueError("give either energies or source")
        if self.source is not None and self.tail is not None:
            raise ValueError("tail belongs to energies; a target given by source has its own")
        return self


def spectrum_and_target(spectrum: SpectrumPart, target: TargetPart) -> tuple[Spectrum, Target]:
    """Both built; `source` needs the power law that it refers to."""
    from asymptotix.errors import InvalidInputError
    from asymptotix.spectra.power_law import PowerLaw
    from asymptotix.spectra.target import Target

    built = spectrum.build()
    if target.source is None:
        return built, Target(target.energies or [], tail=target.tail or 0.0)
    if not isinstance(built, PowerLaw):
        raise InvalidInputError(
            "target.source", target.source, "left out unless the spectrum is a power_law", "give target.energies"
        )
    return built, built.target(target.source)
