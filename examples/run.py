"""Execute quickstart.ipynb, write it as HTML and say what came out of it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

HERE = Path(__file__).parent
# Cells whose text output is worth repeating in the terminal carry this tag.
SHOWN = "show-in-terminal"


def main() -> int:
    """Run the notebook; return 1 if a cell fails."""
    notebook = nbformat.read(HERE / "quickstart.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    out = HERE / "out"
    out.mkdir(exist_ok=True)
    done = 0

    def told(cell: nbformat.NotebookNode, cell_index: int) -> None:
        nonlocal done
        if cell.cell_type == "code":
            done += 1
            title = cell.source.strip().splitlines()[0]
            print(f"  cell {done} of {len(code)}: {title}", flush=True)

    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        resources={"metadata": {"path": str(HERE)}},
        on_cell_start=told,
    )
    started = time.perf_counter()
    try:
        client.execute()
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        html, _ = HTMLExporter().from_notebook_node(notebook)
        page = out / "quickstart.html"
        page.write_text(html, encoding="utf-8")
        nbformat.write(notebook, out / "quickstart.ipynb")
    for cell in code:
        if SHOWN in cell.metadata.get("tags", ()):
            print(f"\n--- {cell.source.strip().splitlines()[0]}")
            print("\n".join(_texts(cell)))
    print(f"\nNotebook ran in {time.perf_counter() - started:.0f} s.")
    print(f"HTML: {page.resolve().as_uri()}")
    return 0


def _texts(cell: nbformat.NotebookNode) -> list[str]:
    found = []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            found.append(output.text.rstrip())
        elif "data" in output and "text/plain" in output.data:
            found.append(output.data["text/plain"])
    return found


if __name__ == "__main__":
    sys.exit(main())
