"""What all tests share: hypothesis profiles and a backend without a screen."""

from __future__ import annotations

import os

# before anything imports Matplotlib, in this process and in those that tests start
os.environ["MPLBACKEND"] = "Agg"
os.environ["ASYMPTOTIX_CACHE"] = "off"  # every test derives anew; the tests of the cache choose a folder of their own

from hypothesis import HealthCheck, settings

# Deterministic unless asked otherwise: a red test means a changed program, not another draw. `make test-long` draws afresh.
# No deadline, and no complaint about slow draws: a machine shared with others is no reason to fail.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=25, derandomize=True, **_COMMON)
settings.register_profile("ci", max_examples=100, derandomize=True, **_COMMON)
settings.register_profile("long", max_examples=2000, print_blob=True, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))
