"""Parts of `[model.spectrum]` for spectra with a formula: each names its arguments and builds the spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from asymptotix.problems.part import Part, Positive

if TYPE_CHECKING:
    from asymptotix.spectra.exponential import ExponentialDecay
    from asymptotix.spectra.marchenko_pastur import MarchenkoPastur
    from asymptotix.spectra.power_law import PowerLaw

__all__ = ["ExponentialPart", "MarchenkoPasturPart", "PowerLawPart"]


class PowerLawPart(Part):
    """Eigenvalues scale i^(-exponent); infinitely many without `size` (the exponent must then exceed 1)."""

    exponent: Positive
    size: Annotated[int, Field(ge=1)] | None = None
    scale: Positive = 1.0

    def build(self) -> PowerLaw:
        """The spectrum described."""
        from asymptotix.spectra.power_law import PowerLaw

        return PowerLaw(self.exponent, self.size, self.scale)


class ExponentialPart(Part):
    """Eigenvalues scale e^(-rate (i - 1)); infinitely many without `size`."""

    rate: Positive
    size: Annotated[int, Field(ge=1)] | None = None
    scale: Positive = 1.0

    def build(self) -> ExponentialDecay:
        """The spectrum described."""
        from asymptotix.spectra.exponential import ExponentialDecay

        return ExponentialDecay(self.rate, self.size, self.scale)


class MarchenkoPasturPart(Part):
    """`size` eigenvalues of the Marchenko-Pastur law of this aspect ratio, with mean `scale`."""

    aspect_ratio: Positive
    size: Positive
    scale: Positive = 1.0

    def build(self) -> MarchenkoPastur:
        """The spectrum described."""
        from asymptotix.spectra.marchenko_pastur import MarchenkoPastur

        return MarchenkoPastur(self.aspect_ratio, self.size, self.scale)
