"""The causal families in a real kernel: pulled from GGUF files and folders, and used in cells."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from tiny_gguf import TEMPLATE, WINDOW, Tiny

from slm_magic.convert.gguf import convert_gguf
from slm_magic.convert.gguf_tensors import ARCHITECTURES

BODY = "The ferry left the old harbour at 7:45 with 212 people. Nobody had told Mr Ferreira."
# Without room for a system message, as Gemma's first templates are.
GEMMA = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
) + TEMPLATE
SHOWN = """
import json
print(json.dumps({
    "model": str(out.model), "flags": [flag.kind for flag in out.flags], "text": out.text,
    "html": out._repr_mimebundle_()["text/html"],
}))
"""


def test_a_notebook_uses_each_family(tmp_path: Path) -> None:
    names = []
    for number, architecture in enumerate(ARCHITECTURES):
        keys = {"tokenizer.chat_template": GEMMA} if architecture == "gemma3" else {}
        # Of no telling name. A tied Gemma would say one token again and again, and that ends a text.
        tied = architecture != "gemma3"
        Tiny(architecture, tied=tied, seed=number, keys=keys).write(tmp_path / f"own{number}.gguf")
        names.append((f"mine-{number}", f"own{number}.gguf", architecture))
    folder = tmp_path / "ready"
    folder.mkdir()
    convert_gguf(tmp_path / "own2.gguf", folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    # As transformers 5 leaves it.
    (folder / "chat_template.jinja").write_text(settings.pop("chat_template"))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    names.append(("mine-ready", "ready", "qwen3"))
    cells = ["%load_ext slm_magic"]
    for name, file, _ in names:
        cells += [
            f"%slm pull ./{file} --name {name}",
            f"%slm info {name}",
            f"%%slm translate --model {name} --from en --to fr -o out\n{BODY}",
            SHOWN,
            f"%%slm summarize --style abstractive --sentences 2 --model {name} -o out\n{BODY}",
            SHOWN,
        ]
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=code), timeout=600, kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )  # fmt: skip
    done = client.execute().cells[1:]

    def printed(cell: nbformat.NotebookNode) -> str:
        return "".join(
            output.get("text", "") or output.get("data", {}).get("text/plain", "")
            for output in cell.outputs
        )

    assert len(BODY) > 2 * WINDOW
    for place, (name, _, family) in enumerate(names):
        _, info, _, said, _, told = done[6 * place : 6 * place + 6]
        assert any(
            line.split()[:1] == ["family"] and line.split()[-1] == family
            for line in printed(info).splitlines()
        ), printed(info)
        for cell in (said, told):
            result = json.loads(printed(cell).splitlines()[-1])
            assert result["model"].startswith(f"{name}@")
            # Random weights give noise, and noise is never handed over in silence.
            assert result["flags"], result
            assert "no flags" not in result["html"]
            assert "<|im_" not in result["text"]
