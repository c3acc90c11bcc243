"""The options of every command that works on a problem: a problem file, options, or a file with changes to it.

The options are put together into what a problem file would say and checked by the same schema.
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from asymptotix.cli.values import grid_value, list_or_file, number_list
from asymptotix.errors import ProblemFileError
from asymptotix.problems.problem import Problem

__all__ = ["MODEL_NAMES", "model_kind", "one_ridge", "takes_problem"]

MODEL_NAMES = {
    "sphere-features": "random_features_sphere",
    "sphere-kernel": "kernel_ridge_sphere",
    "random-features": "random_features",
    "ridge-regression": "ridge_regression",
    "latent-space": "latent_space",
    "covariate-shift": "covariate_shift",
    "cube-kernel": "kernel_ridge_cube",
    "data-kernel": "kernel_ridge_data",
    "given-features": "given_features",
    "deep-features": "deep_features",
    "neural-tangent": "neural_tangent",
    "features-and-tangent": "random_features_and_tangent",
}
_MODEL, _GRID = "Model", "Grid"


def model_kind(name: str) -> str:
    """The `kind` that a problem file has for `--model NAME`; hyphens and underscores are the same, and a `kind` is accepted too.

    Raises:
        BadParameter: there is no such model.
    """
    wanted = name.replace("_", "-")
    for known, kind in MODEL_NAMES.items():
        if wanted in (known, kind.replace("_", "-")):
            return kind
    close = difflib.get_close_matches(wanted, MODEL_NAMES, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    raise typer.BadParameter(f"{name!r} is not known{hint}; one of {', '.join(MODEL_NAMES)}", param_hint="--model")


def _option(name: str, text: str, panel: str = _MODEL, metavar: str | None = None) -> Any:
    return typer.Option(name, help=text, rich_help_panel=panel, metavar=metavar, show_default=False)


def collect_problem(
    problem_file: Annotated[
        Path | None, typer.Argument(metavar="PROBLEM.toml", help="A problem file; options given beside it change it.")
    ] = None,
    model: Annotated[str | None, _option("--model", f"One of {', '.join(MODEL_NAMES)}.", metavar="NAME")] = None,
    activation: Annotated[str | None, _option("--activation", "A name or an expression in x.", metavar="TEXT")] = None,
    kernel: Annotated[
        str | None, _option("--kernel", "tangent, nngp, exponential, rbf, laplace or polynomial.", metavar="NAME")
    ] = None,
    depth: Annotated[int | None, _option("--depth", "Hidden layers of the kernel.")] = None,
    weight_variance: Annotated[float | None, _option("--weight-variance", "Of the kernel's network.")] = None,
    bias_variance: Annotated[float | None, _option("--bias-variance", "Of the kernel's network.")] = None,
    layers: Annotated[str | None, _option("--layers", "Of a tangent kernel: all, first or last.", metavar="NAME")] = None,
    dimension: Annotated[
        int | None, _option("--dimension", "Of the inputs: on the sphere at least 3, on the hypercube 1; of a latent space.")
    ] = None,
    eigenvalues: Annotated[str | None, _option("--eigenvalues", "Of the spectrum.", metavar="A,B,...")] = None,
    multiplicities: Annotated[str | None, _option("--multiplicities", "One for each eigenvalue.", metavar="A,B,...")] = None,
    tail: Annotated[float | None, _option("--tail", "Mass of an infinitely flat remainder of the spectrum.")] = None,
    spectrum: Annotated[
        str | None,
        _option("--spectrum", "A table that `asymptotix compress` wrote; its energies are the target.", metavar="TABLE"),
    ] = None,
    power_law: Annotated[
        str | None, _option("--power-law", "Spectrum i^(-EXPONENT), up to SIZE if given.", metavar="EXPONENT[:SIZE]")
    ] = None,
    energies: Annotated[
        str | None, _option("--energies", "Squared norm of the target in each level or degree.", metavar="A,B,...")
    ] = None,
    source: Annotated[float | None, _option("--source", "Target of a power law: energies i^(-1 - 2 exponent source).")] = None,
    signal: Annotated[float | None, _option("--signal", "Of a latent space: squared norm of the target.")] = None,
    covariance: Annotated[
        str | None, _option("--covariance", "Of the inputs: a .npy or .csv file, or a diagonal A,B,...", metavar="MATRIX")
    ] = None,
    coefficients: Annotated[
        str | None, _option("--coefficients", "Of a linear target: a file or A,B,...", metavar="VECTOR")
    ] = None,
    test_covariance: Annotated[
        str | None, _option("--test-covariance", "Where it is tested, like --covariance.", metavar="MATRIX")
    ] = None,
    test_coefficients: Annotated[
        str | None, _option("--test-coefficients", "Of the target tested; default: --coefficients.", metavar="VECTOR")
    ] = None,
    inputs: Annotated[str | None, _option("--inputs", "Of data-kernel: a .npy or .csv file.", metavar="MATRIX")] = None,
    labels: Annotated[str | None, _option("--labels", "Of its rows: a file or A,B,...", metavar="VECTOR")] = None,
    bandwidth: Annotated[float | None, _option("--bandwidth", "Of the rbf or the Laplace kernel; 1 if left out.")] = None,
    weights: Annotated[str | None, _option("--weights", "Of given-features: a .npy or .csv file.", metavar="MATRIX")] = None,
    moments: Annotated[str | None, _option("--moments", "Of given-features: exact or linearized.", metavar="NAME")] = None,
    widths: Annotated[str | None, _option("--widths", "Of the layers of deep-features.", metavar="A,B,...")] = None,
    tangent_variance: Annotated[
        float | None, _option("--tangent-variance", "Of features-and-tangent: weight of the tangent features; 1 if left out.")
    ] = None,
    noise_variance: Annotated[float | None, _option("--noise-variance", "Of the labels; 0 if left out.")] = None,
    misspecification: Annotated[
        float | None, _option("--misspecification", "Of ridge-regression: mean square of what is not linear in the target.")
    ] = None,
    n_samples: Annotated[str | None, _option("--n-samples", "A, A,B,... or START:STOP:NUM[:log].", _GRID, "GRID")] = None,
    n_features: Annotated[str | None, _option("--n-features", "The same, for random features.", _GRID, "GRID")] = None,
    n_predictors: Annotated[
        str | None, _option("--n-predictors", "Random-feature predictors that are averaged; inf allowed.", _GRID, "GRID")
    ] = None,
    width: Annotated[str | None, _option("--width", "Neurons, of neural-tangent and its kin.", _GRID, "GRID")] = None,
    ridge: Annotated[
        str | None, _option("--ridge", "Multiplies |theta|^2 beside a sum of squares; -0.01,0,1 too.", _GRID, "GRID")
    ] = None,
    time: Annotated[str | None, _option("--time", "Of gradient flow, in place of --ridge.", _GRID, "GRID")] = None,
    steps: Annotated[str | None, _option("--steps", "Of gradient descent, in place of --ridge.", _GRID, "GRID")] = None,
    step_size: Annotated[float | None, _option("--step-size", "Of gradient descent.", _GRID)] = None,
) -> Problem:
    """The problem that the command line describes."""
    given = {name: value for name, value in locals().items() if name != "problem_file" and value is not None}
    from asymptotix.problems.loader import problem_from_mapping, read_toml

    if problem_file is None and "model" not in given:
        raise typer.BadParameter("give a problem file (`asymptotix init` writes one) or --model", param_hint="PROBLEM.toml")
    content: dict[str, Any] = {"grid": {}} if problem_file is None else read_toml(problem_file)
    _merge(content, _as_file(given, content))
    if problem_file is not None:
        return problem_from_mapping(content, source=str(problem_file))
    try:
        return problem_from_mapping(content, source="command line")
    except ProblemFileError as error:
        raise ProblemFileError(_in_options(str(error))) from None


def takes_problem(command: Callable[..., None], *, ridgeless: bool = False, any_width: bool = False) -> Callable[..., None]:
    """A command whose first parameter is a Problem, with the options of `collect_problem` instead of that parameter.

    Without any setting on the command line the ridge is 0 for a command that is `ridgeless`, and for `--optimal-time`.
    A command for `any_width` reads no number of features, which a problem must state.
    """
    shared = inspect.signature(collect_problem, eval_str=True).parameters
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    def run(**arguments: Any) -> None:
        if arguments.get("optimal_ridge") and arguments["ridge"] is None:
            arguments["ridge"] = "0"  # what a problem must state, and the option replaces
        stated = any(arguments[name] for name in ("problem_file", "ridge", "time", "steps"))
        if (ridgeless or arguments.get("optimal_time")) and not stated:
            arguments["ridge"] = "0"
        if any_width and arguments["model"] and model_kind(arguments["model"]).startswith("random_features"):
            arguments["n_features"] = arguments["n_features"] or "inf"
        problem = collect_problem(**{name: arguments.pop(name) for name in shared})
        command(problem, **arguments)

    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*shared.values(), *own)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # how Typer learns the options
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


def one_ridge(problem: Problem) -> float:
    """The ridge of a problem that must have one.

    Raises:
        BadParameter: several, or time or steps in its place.
    """
    ridge = problem.grid.get("ridge")
    if ridge is None or ridge.size != 1:
        found = "none" if ridge is None else f"{ridge.size} values"
        raise typer.BadParameter(f"{found}: this command takes one, such as --ridge 0", param_hint="--ridge")
    return float(ridge.ravel()[0])


# option -> where it stands in a problem file; those of `_KERNEL_OPTIONS` stand in model.kernel where the model has a kernel
_PLACES = {
    "activation": ("model", "activation"),
    "depth": ("model", "depth"),
    "weight_variance": ("model", "weight_variance"),
    "bias_variance": ("model", "bias_variance"),
    "layers": ("model", "layers"),
    "kernel": ("model", "kernel", "name"),
    "dimension": ("model", "dimension"),
    "eigenvalues": ("model", "spectrum", "eigenvalues"),
    "multiplicities": ("model", "spectrum", "multiplicities"),
    "tail": ("model", "spectrum", "tail"),
    "spectrum": ("model", "spectrum", "table"),
    "energies": ("model", "target", "energies"),
    "source": ("model", "target", "source"),
    "covariance": ("model", "covariance"),
    "coefficients": ("model", "coefficients"),
    "test_covariance": ("model", "test_covariance"),
    "test_coefficients": ("model", "test_coefficients"),
    "inputs": ("model", "inputs"),
    "labels": ("model", "labels"),
    "bandwidth": ("model", "bandwidth"),
    "weights": ("model", "weights"),
    "moments": ("model", "moments"),
    "widths": ("model", "widths"),
    "tangent_variance": ("model", "tangent_variance"),
    "noise_variance": ("model", "noise_variance"),
    "misspecification": ("model", "misspecification"),
    "n_samples": ("grid", "n_samples"),
    "n_features": ("grid", "n_features"),
    "n_predictors": ("grid", "n_predictors"),
    "width": ("grid", "width"),
    "ridge": ("grid", "ridge"),
    "time": ("grid", "time"),
    "steps": ("grid", "steps"),
    "step_size": ("grid", "step_size"),
    "signal": ("model", "signal"),
}
_GRIDS = ("n_samples", "n_features", "n_predictors", "width", "ridge", "time", "steps")
_MATRICES = ("covariance", "coefficients", "test_covariance", "test_coefficients", "weights", "inputs", "labels")
_KERNEL_OPTIONS = ("activation", "depth", "weight_variance", "bias_variance", "layers", "bandwidth")


def _as_file(given: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """What a problem file with the options given would say."""
    made: dict[str, Any] = {}
    if "model" in given:
        _put(made, ("model", "kind"), model_kind(given["model"]))
    kind = made.get("model", {}).get("kind") or _kind_of(content)
    for name, value in given.items():
        if name == "spectrum" and not _has_target(given, content):
            _put(made, ("model", "target", "table"), True)
        if name == "power_law":
            _put(made, ("model", "spectrum", "power_law"), _power_law(value))
        elif name in _PLACES:
            place = _PLACES[name]
            if name in _KERNEL_OPTIONS and kind.startswith("kernel_ridge_"):
                place = ("model", "kernel", name)
            _put(made, place, _parsed(name, value))
    return made


def _has_target(given: dict[str, Any], content: dict[str, Any]) -> bool:
    """Whether the target is described, so that the energies of a table are not meant."""
    model = content.get("model")
    return "energies" in given or "source" in given or (isinstance(model, dict) and "target" in model)


def _parsed(name: str, value: Any) -> Any:
    option = "--" + name.replace("_", "-")
    if name in _GRIDS:
        return grid_value(option, value)
    if name in _MATRICES:
        return list_or_file(value)
    if name == "widths":
        return [int(width) if width == int(width) else width for width in number_list(option, value)]
    return number_list(option, value) if name in ("eigenvalues", "multiplicities", "energies") else value


def _power_law(text: str) -> dict[str, Any]:
    exponent, _, size = text.partition(":")
    made: dict[str, Any] = {"exponent": number_list("--power-law", exponent)[0]}
    if size:
        if not size.strip().isdigit():
            raise typer.BadParameter(f"{size!r} is not a whole number: write EXPONENT:SIZE", param_hint="--power-law")
        made["size"] = int(size)
    return made


def _kind_of(content: dict[str, Any]) -> str:
    model = content.get("model")
    return str(model.get("kind", "")) if isinstance(model, dict) else ""


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = value


def _merge(content: dict[str, Any], changes: dict[str, Any]) -> None:
    """Options over the file; a grid value replaces the whole value, ranges included."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(content.get(key), dict) and key not in _GRIDS:
            _merge(content[key], value)
        else:
            content[key] = value


def _in_options(message: str) -> str:
    """The message with the key paths of a problem file replaced by the options that set them."""
    names = {".".join(place): name for name, place in _PLACES.items()}
    names |= {f"model.kernel.{name}": name for name in _KERNEL_OPTIONS}
    names |= {"model.kind": "model", "model.target": "energies", "model.spectrum": "eigenvalues", "model.kernel": "kernel"}
    names["model.spectrum.power_law"] = "power_law"
    paths = "|".join(re.escape(path) for path in sorted(names, key=len, reverse=True))
    return re.sub(rf"\b(?:{paths})\b", lambda match: "--" + names[match[0]].replace("_", "-"), message)
