"""Closed forms: SymPy lives in this room and nowhere else. Names are loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asymptotix.symbolic.arc_cosine import arc_cosine_kernel
    from asymptotix.symbolic.coefficients.gegenbauer import gegenbauer_coefficient
    from asymptotix.symbolic.coefficients.hermite import hermite_coefficient
    from asymptotix.symbolic.derivation import Derivation, Step
    from asymptotix.symbolic.dual import dual_kernel
    from asymptotix.symbolic.formula import Formula, Status
    from asymptotix.symbolic.network import nngp_kernel, tangent_kernel

__all__ = [
    "Derivation",
    "Formula",
    "Status",
    "Step",
    "arc_cosine_kernel",
    "dual_kernel",
    "gegenbauer_coefficient",
    "hermite_coefficient",
    "nngp_kernel",
    "tangent_kernel",
]

_HOMES = {
    "Derivation": "derivation",
    "Formula": "formula",
    "Status": "formula",
    "Step": "derivation",
    "arc_cosine_kernel": "arc_cosine",
    "dual_kernel": "dual",
    "gegenbauer_coefficient": "coefficients.gegenbauer",
    "hermite_coefficient": "coefficients.hermite",
    "nngp_kernel": "network",
    "tangent_kernel": "network",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"asymptotix.symbolic.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
