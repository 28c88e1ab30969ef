"""The processor time that a container may use, which the number of cores does not tell."""

from __future__ import annotations

from functools import cache
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def cpu_limit(cgroups: Path = CGROUPS, own: Path = OWN) -> float | None:
    """Return how many cores' worth of time this process's cgroup may use; None for no limit.

    Reads ``cpu.max`` of version 2 and ``cpu.cfs_quota_us`` of version 1, of the process's own
    group and of those around it; the least one holds.

    Parameters
    ----------
    cgroups, own
        Where the groups are mounted, and the file that names those of this process.
    """
    try:
        lines = own.read_text().splitlines()
    except OSError:  # not Linux
        return None
    found = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if not controllers:
            found += [_ratio(*_words(folder / "cpu.max")) for folder in _up(cgroups, group)]
        elif "cpu" in controllers.split(","):
            # Mounted by the names of its controllers, and as cpu by a link.
            for name in dict.fromkeys((controllers, "cpu")):
                found += [
                    _ratio(*_words(folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us"))
                    for folder in _up(cgroups / name, group)
                ]
    return min((limit for limit in found if limit is not None), default=None)


@cache
def own_limit() -> float | None:
    """Return the limit of this process, which is read once."""
    return cpu_limit()


def _up(root: Path, group: str) -> list[Path]:
    """Return the folders of a group and of those around it; inside a container only the root."""
    folder = root / group.strip("/")
    return [folder, *(one for one in folder.parents if one == root or root in one.parents)]


def _words(*files: Path) -> list[str]:
    try:
        return [word for file in files for word in file.read_text().split()[:2]]
    except OSError:
        return []


def _ratio(quota: str = "max", period: str = "0") -> float | None:
    # No limit is "max" in version 2 and -1 in version 1.
    if not (quota.isdigit() and period.isdigit() and int(period)):
        return None
    return int(quota) / int(period)
