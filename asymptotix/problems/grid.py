"""`[grid]` and `[simulation]`: which points to compute. Arguments that vary form a product, each along an axis of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from asymptotix.errors import InvalidInputError
from asymptotix.problems.part import Part

if TYPE_CHECKING:
    from asymptotix.report.grid import FloatArray

__all__ = ["MAX_POINTS", "GridPart", "RangePart", "SimulationPart"]

MAX_POINTS = 10**6  # a guard against a slip of the pen, not a limit of the theory
_DEFAULT_TRIALS = 50
_COUNTS = ("n_samples", "n_features", "n_predictors", "width", "steps")
_SETTINGS = ("ridge", "time", "steps")


Finite = Annotated[float, Field(allow_inf_nan=False)]


class RangePart(Part):
    """`num` points from `start` to `stop`, both included; counts are rounded to whole numbers and repetitions dropped."""

    start: Finite
    stop: Finite
    num: Annotated[int, Field(ge=1, le=MAX_POINTS)]
    spacing: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _positive_if_log(self) -> RangePart:
        if self.spacing == "log" and not (self.start > 0 and self.stop > 0):
            raise ValueError('spacing = "log" needs start > 0 and stop > 0')
        return self


def _kind_of_value(value: Any) -> str:
    return "range" if isinstance(value, dict | RangePart) else "list" if isinstance(value, list) else "number"


Count = Annotated[float, Field(gt=0)]  # may be inf: the kernel limit of random features
Ridge = Finite  # below 0 down to an edge that depends on the spectrum: theory knows it, an experiment refuses them all
Time = Annotated[float, Field(ge=0)]  # inf is the end of the flow
Steps = Annotated[float, Field(ge=0, allow_inf_nan=False)]
T = TypeVar("T")
Values = Annotated[
    Annotated[T, Tag("number")]
    | Annotated[list[T], Field(min_length=1, max_length=MAX_POINTS), Tag("list")]
    | Annotated[RangePart, Tag("range")],
    Discriminator(_kind_of_value),
]


class GridPart(Part):
    """The arguments of `risk`: each a number, a list, or a range {start, stop, num, spacing}.

    One of `ridge`, `time` (gradient flow) and `steps` with `step_size` (gradient descent).
    """

    n_samples: Values[Count]
    ridge: Values[Ridge] | None = None
    time: Values[Time] | None = None
    steps: Values[Steps] | None = None
    step_size: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    n_features: Values[Count] | None = None
    n_predictors: Values[Count] | None = None
    width: Values[Count] | None = None

    @field_validator("n_samples", "n_features", "n_predictors", "width")
    @classmethod
    def _range_stays_in_range(cls, value: Any) -> Any:
        if isinstance(value, RangePart) and min(value.start, value.stop) < 1:
            raise ValueError("start and stop must be >= 1")
        return value

    @model_validator(mode="after")
    def _one_setting(self) -> GridPart:
        given = [name for name in _SETTINGS if getattr(self, name) is not None]
        if not given:
            raise ValueError("ridge is missing (or time, or steps with step_size)")
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other")
        if ("steps" in given) != (self.step_size is not None):
            raise ValueError("steps and step_size go together")
        return self

    @model_validator(mode="after")
    def _not_too_many(self) -> GridPart:
        size = 1
        for values in self.axes().values():
            size *= max(1, values.size)
        if size > MAX_POINTS:
            raise ValueError(f"{size} grid points; at most {MAX_POINTS} are allowed")
        return self

    def axes(self) -> dict[str, FloatArray]:
        """Each argument by itself: shape () for a number, (k,) for several."""
        sizes = ("n_samples", "n_features", "n_predictors", "width")
        stated = {name: getattr(self, name) for name in (*sizes, *_SETTINGS, "step_size")}
        return {name: _array(name, value) for name, value in stated.items() if value is not None}

    def build(self) -> dict[str, FloatArray]:
        """Arrays that broadcast to the product, an axis for each that varies: the sizes, then the setting."""
        axes = self.axes()
        n_axes = sum(values.ndim for values in axes.values())
        built, position = {}, 0
        for name, values in axes.items():
            if values.ndim:
                built[name] = values.reshape((-1,) + (1,) * (n_axes - 1 - position))
                position += 1
            else:
                built[name] = values
        return built


class SimulationPart(Part):
    """How the experiment is run: one of `n_trials`, `precision` and `budget`; without any, 50 trials at each point."""

    n_trials: Annotated[int, Field(ge=2, le=10**7)] | None = None
    precision: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None
    budget: float | str | None = None
    max_trials: Annotated[int, Field(ge=2, le=10**7)] | None = None
    seed: Annotated[int, Field(ge=0)] = 0

    @field_validator("budget")
    @classmethod
    def _budget_is_a_time(cls, value: Any) -> Any:
        if value is not None:
            from asymptotix.simulation.effort import seconds_of

            try:
                seconds_of(value)
            except InvalidInputError as error:
                raise ValueError(f"must be {error.valid}") from None
        return value

    @model_validator(mode="after")
    def _one_effort(self) -> SimulationPart:
        given = [name for name in ("n_trials", "precision", "budget") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other: each says how many trials to run")
        if self.max_trials is not None and given not in (["precision"], ["budget"]):
            raise ValueError("max_trials goes with precision or budget")
        return self

    @property
    def trials(self) -> int | None:
        """`n_trials`, or what stands for it; None with a precision or a budget."""
        unsaid = self.n_trials is None and self.precision is None and self.budget is None
        return _DEFAULT_TRIALS if unsaid else self.n_trials


def _array(name: str, value: Any) -> FloatArray:
    import numpy as np

    if not isinstance(value, RangePart):
        return np.asarray(value, dtype=np.float64)
    spaced = np.geomspace if value.spacing == "log" else np.linspace
    points = np.asarray(spaced(value.start, value.stop, value.num), dtype=np.float64)
    if name not in _COUNTS:
        return points
    whole = np.unique(np.round(points))  # sorted
    return whole if value.start <= value.stop else whole[::-1]
