from __future__ import annotations

import json
import subprocess
import sys

import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import AsymptotixError
from asymptotix.problems.loader import problem_from_mapping
from asymptotix.problems.schema import problem_json_schema
from asymptotix.problems.template import TEMPLATE_KINDS


def test_the_json_schema_names_every_kind_of_model_and_forbids_unknown_keys() -> None:
    schema = problem_json_schema()
    mapping = schema["properties"]["model"]["discriminator"]["mapping"]
    assert set(mapping) == set(TEMPLATE_KINDS)
    assert schema["additionalProperties"] is False
    assert all(part.get("additionalProperties") is False for part in schema["$defs"].values())
    json.dumps(schema)


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        ({"name": "nngp", "activation": "relu"}, 0.5),  # E[relu(u)^2], u ~ N(0, 1)
        ({"name": "tangent", "activation": "relu", "layers": "first"}, 0.5),  # c E[relu'(u)^2]
        ({"name": "tangent", "activation": "relu"}, 1.0),  # the sum of both
        ({"name": "tangent", "activation": "relu", "weight_variance": 2.0}, 4.0),  # 2 (2/2) + 2 (2) (1/2)
        ({"name": "exponential"}, 2.718281828459045),
        ({"name": "polynomial", "degree": 3, "offset": 0.5}, 3.375),
        ({"name": "rbf", "bandwidth": 0.5}, 1.0),
        ({"name": "laplace"}, 1.0),
    ],
)
def test_kernels_are_built_as_described(kernel: dict[str, object], expected: float) -> None:
    model = {
        "kind": "kernel_ridge_sphere",
        "kernel": kernel,
        "dimension": 10,
        "noise_variance": 0.0,
        "target": {"energies": [0, 1]},
    }
    problem = problem_from_mapping({"model": model, "grid": {"n_samples": 10, "ridge": 1.0}}, source="test")
    assert float(problem.model.design.kernel(1.0, 1.0, 1.0)) == pytest.approx(expected, rel=1e-12, abs=0)


def test_a_kernel_on_the_hypercube() -> None:
    model = {
        "kind": "kernel_ridge_cube",
        "kernel": {"name": "tangent", "activation": "relu"},
        "dimension": 12,
        "target": {"energies": [0, 1]},
    }
    problem = problem_from_mapping({"model": model, "grid": {"n_samples": 10, "ridge": 1.0}}, source="test")
    assert problem.model.spectrum.multiplicities[2] == 66  # binom(12, 2), where the sphere has 77
    model["target"] = {"energies": [0.0] * 13 + [1.0]}
    beyond = problem_from_mapping({"model": model, "grid": {"n_samples": 10, "ridge": 1.0}}, source="test")
    with pytest.raises(AsymptotixError, match=r"energy in degree 13.* up to the dimension, 12"):
        risk(beyond.model, n_samples=10, ridge=1.0)


def test_the_loader_imports_pydantic_only_when_used() -> None:
    program = "import sys, asymptotix.problems.loader; sys.exit('pydantic' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
