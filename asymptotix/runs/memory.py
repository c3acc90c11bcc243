"""How much memory there is: asked before something large is begun, so that it is refused with its size in place of a crash."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

from asymptotix.errors import InvalidInputError

__all__ = ["free_memory", "installed_memory", "refuse_beyond_memory", "size_text"]

_GROUP = Path("/sys/fs/cgroup")  # limits of a container (Linux)


def installed_memory() -> int | None:
    """Bytes of main memory, or of what this process may have of it if that is less; None where the system does not say."""
    with suppress(OSError, ValueError, AttributeError):
        return min([os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *_limits()])
    return None


def free_memory() -> int | None:
    """Bytes that can be had without swapping, as far as the system tells; None where it does not."""
    found = _limits()
    with suppress(OSError, ValueError, StopIteration):
        line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
        found.append(1024 * int(line.split()[1]))
    with suppress(OSError, ValueError):
        limit, used = ((_GROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        found.append(int(limit) - int(used))
    return min(found) if found else installed_memory()


def refuse_beyond_memory(argument: str, value: object, needed: int, what: str, fix: str) -> None:
    """InvalidInputError, with the size, if `what` needs more memory than is free."""
    free = free_memory()
    if free is not None and needed > free:
        room = f"so small that {what} ({size_text(needed)}) fits into the memory that is free ({size_text(free)})"
        raise InvalidInputError(argument, value, room, fix)


def size_text(count: float) -> str:
    """Bytes as a person says them."""
    power = min(int(math.log10(max(count, 1))) // 3, 6)
    return f"{count / 1000.0**power:.3g} {('B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB')[power]}"


def _limits() -> list[int]:
    """What a shell or a batch system allows this process (`ulimit -v`)."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            return [soft]
    return []
