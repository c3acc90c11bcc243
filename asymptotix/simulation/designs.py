"""From a model's design to the sampler that draws from it."""

from __future__ import annotations

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import (
    CubeKernel,
    DataFeatures,
    DataKernel,
    Design,
    GaussianCovariates,
    GaussianFeatures,
    LatentFeatures,
    LayeredFeatures,
    MisspecifiedCovariates,
    NonGaussianCovariates,
    ShiftedCovariates,
    SphereFeatures,
    SphereKernel,
    TangentFeatures,
)
from asymptotix.simulation.cube_design import CubeKernelSampler
from asymptotix.simulation.data_designs import DataFeatureSampler, DataKernelSampler
from asymptotix.simulation.draws import Sampler
from asymptotix.simulation.gaussian_designs import CovariateSampler, FeatureSampler
from asymptotix.simulation.isotropic_design import IsotropicSampler, is_isotropic
from asymptotix.simulation.latent_design import LatentSampler
from asymptotix.simulation.layered_design import LayeredSampler
from asymptotix.simulation.misspecified_design import MisspecifiedSampler
from asymptotix.simulation.non_gaussian_design import NonGaussianSampler
from asymptotix.simulation.shifted_design import ShiftedSampler
from asymptotix.simulation.sphere_designs import SphereFeatureSampler, SphereKernelSampler
from asymptotix.simulation.tangent_design import TangentSampler

__all__ = ["sampler_of"]


def sampler_of(design: Design) -> Sampler:
    """The sampler of a design; everything that all trials share (levels expanded, quadratures done) is computed here, once.

    Raises:
        InvalidInputError: not a design, or one too large to draw.
        ConvergenceError, HypothesisError: the coefficients on the sphere cannot be computed.
    """
    match design:
        case GaussianFeatures():  # before its base class
            return FeatureSampler.of(design)
        case MisspecifiedCovariates():  # the same
            return MisspecifiedSampler.of(design)
        case NonGaussianCovariates():  # the same
            gaussian = design.entries == "gaussian" and design.scale_degrees_of_freedom is None
            return _covariates(design) if gaussian else NonGaussianSampler.of(design)
        case GaussianCovariates():
            return _covariates(design)
        case LatentFeatures():
            return LatentSampler.of(design)
        case LayeredFeatures():
            return LayeredSampler.of(design)
        case ShiftedCovariates():
            return ShiftedSampler.of(design)
        case SphereKernel():
            return SphereKernelSampler.of(design)
        case CubeKernel():
            return CubeKernelSampler.of(design)
        case SphereFeatures():
            return SphereFeatureSampler.of(design)
        case TangentFeatures():
            return TangentSampler.of(design)
        case DataKernel():
            return DataKernelSampler.of(design)
        case DataFeatures():
            return DataFeatureSampler.of(design)
    raise InvalidInputError("model.design", design, "one of the designs of asymptotix.models.designs")


def _covariates(design: GaussianCovariates) -> Sampler:
    return IsotropicSampler.of(design) if is_isotropic(design) else CovariateSampler.of(design)
