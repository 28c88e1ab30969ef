"""What the benchmarks share: rows as a table and as JSON, and the machine they ran on."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def lines(path: Path) -> list[str]:
    """Return the lines of a file that are not blank."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def table(rows: list[Row]) -> str:
    """Lay rows of one part out in columns; tables within them are for the JSON alone."""
    columns = list(
        dict.fromkeys(k for row in rows for k, value in row.items() if not isinstance(value, dict))
    )
    cells = [columns] + [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}" if value < 1 else f"{value:.1f}"
    return str(value)


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    import ctranslate2

    from slm_magic import __version__
    from slm_magic.engine import cores

    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [x for x in cpuinfo.read_text().splitlines() if x.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    return {
        "processor": name,
        "cores": cores(),
        "python": platform.python_version(),
        "slm_magic": __version__,
        "ctranslate2": ctranslate2.__version__,
    }


def finish(report: dict[str, Any], path: Path | None) -> None:
    """Print the machine, and write the report to `path` or print it as one line of JSON."""
    where = report["machine"]
    print(f"\n{where['processor']}, {where['cores']} cores, ctranslate2 {where['ctranslate2']}")
    if path is None:
        print(json.dumps(report))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
