"""Whether a compiled loop is worth it (`decision`), and how loops are compiled and kept (`loops`, which imports Numba)."""

from __future__ import annotations

from asymptotix.acceleration.decision import compiled_path, use_compiled

__all__ = ["compiled_path", "use_compiled"]
