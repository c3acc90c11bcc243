"""The whole problem file: `[model]`, `[grid]`, `[simulation]`. A new model is one more part in `ModelPart`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from asymptotix.problems.covariate_shift import CovariateShiftPart
from asymptotix.problems.grid import GridPart, SimulationPart
from asymptotix.problems.kernel_ridge_cube import KernelRidgeCubePart
from asymptotix.problems.kernel_ridge_data import KernelRidgeDataPart
from asymptotix.problems.kernel_ridge_sphere import KernelRidgeSpherePart
from asymptotix.problems.latent_space import LatentSpacePart
from asymptotix.problems.layered_features import DeepFeaturesPart, GivenFeaturesPart
from asymptotix.problems.part import Part
from asymptotix.problems.random_features import RandomFeaturesPart, RandomFeaturesSpherePart
from asymptotix.problems.ridge_regression import RidgeRegressionPart
from asymptotix.problems.tangent_features import NeuralTangentPart, RandomFeaturesAndTangentPart

__all__ = ["ModelPart", "ProblemSchema", "problem_json_schema"]

ModelPart = Annotated[
    RidgeRegressionPart
    | KernelRidgeSpherePart
    | RandomFeaturesPart
    | RandomFeaturesSpherePart
    | LatentSpacePart
    | CovariateShiftPart
    | KernelRidgeCubePart
    | KernelRidgeDataPart
    | GivenFeaturesPart
    | DeepFeaturesPart
    | NeuralTangentPart
    | RandomFeaturesAndTangentPart,
    Field(discriminator="kind"),
]


class ProblemSchema(Part):
    """A problem file of asymptotix."""

    title: str = ""
    model: ModelPart
    grid: GridPart
    simulation: SimulationPart = SimulationPart()

    @model_validator(mode="after")
    def _n_features_where_there_are_features(self) -> ProblemSchema:
        featured = isinstance(self.model, RandomFeaturesPart | RandomFeaturesSpherePart | LatentSpacePart)
        if featured and self.grid.n_features is None:
            raise ValueError(f"grid.n_features is missing: a model of kind {self.model.kind!r} needs it (inf: the kernel limit)")
        if not featured and self.grid.n_features is not None:
            raise ValueError(f"grid.n_features does not belong to a model of kind {self.model.kind!r}")
        network = isinstance(self.model, NeuralTangentPart | RandomFeaturesAndTangentPart)
        if network and self.grid.width is None:
            raise ValueError(f"grid.width is missing: a model of kind {self.model.kind!r} needs it (inf: the kernel limit)")
        if not network and self.grid.width is not None:
            raise ValueError(f"grid.width does not belong to a model of kind {self.model.kind!r}")
        averaged = isinstance(self.model, RandomFeaturesPart | RandomFeaturesSpherePart)
        if not averaged and self.grid.n_predictors is not None:
            raise ValueError(f"grid.n_predictors does not belong to a model of kind {self.model.kind!r}")
        return self


def problem_json_schema() -> dict[str, Any]:
    """The JSON Schema of a problem file, for editors that complete and check TOML."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ProblemSchema.model_json_schema()}
