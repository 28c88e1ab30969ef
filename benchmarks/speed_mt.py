"""Sides of translation on the OPUS shape: bare CTranslate2, us, transformers, Argos Translate."""

from __future__ import annotations

import json
import os
import statistics
import time
import zipfile
from pathlib import Path
from typing import Any

from speed_worker import Side

# Past every output, which ends by itself at `speed_opus.STEPS`.
MOST_TOKENS = 64
TOKEN_BATCH = 2048


def cores() -> int:
    """Return how many cores this process may use."""
    from slm_magic.engine import cores

    return cores()


class Bare(Side):
    """CTranslate2 with nothing around it: tokens in, tokens out, sorted, in token batches."""

    def imports(self) -> dict[str, str]:
        from slm_magic.engine.kernels import choose_kernels

        # The limit has the instructions that slm-magic asks for.
        choose_kernels()
        import ctranslate2

        return {"ctranslate2": ctranslate2.__version__}

    def load(self) -> str:
        import ctranslate2
        import sentencepiece

        folder = Path(self.options["model"])
        self._pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self._translator = ctranslate2.Translator(
            str(folder), compute_type="int8", inter_threads=cores(), intra_threads=1
        )
        kernels = os.environ.get("CT2_FORCE_CPU_ISA", "as CTranslate2 likes")
        return (
            f"int8, greedy, {cores()} batches side by side of {TOKEN_BATCH} tokens, "
            f"kernels {kernels}"
        )

    def texts(self, job: dict[str, Any]) -> Any:
        rows = self._pieces.encode(super().texts(job), out_type=str)
        self._order = sorted(range(len(rows)), key=lambda i: -len(rows[i]))
        return [[*rows[i], "</s>"] for i in self._order]

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        return self._translator.translate_batch(
            given,
            beam_size=1,
            max_batch_size=TOKEN_BATCH,
            batch_type="tokens",
            max_decoding_length=MOST_TOKENS,
            return_end_token=True,
        )

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        outputs = [one.hypotheses[0] for one in result]
        return {
            "units": len(given),
            "lengths": sorted({len(tokens) for tokens in outputs}),
            "unwanted": sum(token in ("<unk>", "<pad>") for tokens in outputs for token in tokens),
            # In the order of the rows, which were sorted.
            "tokens": [tokens[:-1] for _, tokens in sorted(zip(self._order, outputs, strict=True))],
        }


class Ours(Side):
    """`slm_magic.translate` of a list, or the accessor of a pandas Series."""

    def imports(self) -> dict[str, str]:
        import slm_magic as slm

        if self.options.get("frames"):
            import pandas

            import slm_magic.frames

            return {"slm_magic": slm.__version__, "pandas": pandas.__version__}
        return {"slm_magic": slm.__version__}

    def load(self) -> str:
        import slm_magic as slm

        # The model is loaded when it is first needed.
        slm.translate("This is a test.", **self._options())
        return "as it comes, retries=False"

    def _options(self) -> dict[str, Any]:
        model = self.options["model"]
        return {"target": "fr", "source": "en", "model": model, "retries": False}

    def texts(self, job: dict[str, Any]) -> Any:
        texts = super().texts(job)
        if not self.options.get("frames"):
            return texts
        import pandas

        return pandas.Series(texts)

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        import slm_magic as slm

        if self.options.get("frames"):
            return given.slm.translate(progress=False, **self._options())
        return slm.translate(given, beam_size=job.get("beam"), **self._options())

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        texts = list(result) if self.options.get("frames") else [one.text for one in result]
        return {"units": len(given), "empty": sum(not text.strip() for text in texts)}


class Transformers(Side):
    """`MarianMTModel.generate`, in one of torch's ways to compute."""

    def imports(self) -> dict[str, str]:
        import torch
        import transformers

        return {"torch": torch.__version__, "transformers": transformers.__version__}

    def load(self) -> str:
        import torch
        from transformers import MarianMTModel, MarianTokenizer

        torch.set_num_threads(cores())
        way = self.options["way"]
        dtype = torch.bfloat16 if way == "bfloat16" else torch.float32
        folder = self.options["model"]
        self._tokenizer = MarianTokenizer.from_pretrained(folder)
        self._model = MarianMTModel.from_pretrained(folder, dtype=dtype).eval()
        if way == "int8":
            # One scale a row of a weight: by default there is one for all of it, which is far worse.
            quantization = torch.ao.quantization
            self._model = quantization.quantize_dynamic(
                self._model, {torch.nn.Linear: quantization.per_channel_dynamic_qconfig}
            )
        return f"{way}, greedy, {torch.get_num_threads()} threads, inference_mode"

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        import torch

        order = range(len(given))
        if job["sort"]:
            order = sorted(order, key=lambda i: -len(given[i]))
        outputs: list[Any] = [None] * len(given)
        texts: list[str] = [""] * len(given)
        with torch.inference_mode():
            for first in range(0, len(given), job["batch"]):
                members = order[first : first + job["batch"]]
                batch = self._tokenizer(
                    [given[i] for i in members], return_tensors="pt", padding=True
                )
                made = self._model.generate(**batch, max_new_tokens=MOST_TOKENS)
                decoded = self._tokenizer.batch_decode(made, skip_special_tokens=True)
                for i, tokens, text in zip(members, made, decoded, strict=True):
                    outputs[i], texts[i] = tokens, text
        return outputs

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        config = self._model.config
        # Without the token that decoding starts from.
        rows = [tokens.tolist()[1:] for tokens in result]
        ends = [row.index(config.eos_token_id) for row in rows]
        unwanted = {1, config.pad_token_id}
        return {
            "units": len(given),
            "lengths": sorted({end + 1 for end in ends}),
            "unwanted": sum(
                token in unwanted
                for row, end in zip(rows, ends, strict=True)
                for token in row[:end]
            ),
            "tokens": [
                self._tokenizer.convert_ids_to_tokens(row[:end])
                for row, end in zip(rows, ends, strict=True)
            ],
        }


class Argos(Side):
    """Argos Translate on an `.argosmodel` of the same weights.

    Its own splitter fetches a model from the network at first use; `sentencex` takes its place,
    which cuts these texts as ours does, so that both translate the same sentences.
    """

    def imports(self) -> dict[str, str]:
        from importlib.metadata import version

        import argostranslate.package
        import argostranslate.sbd
        import argostranslate.translate

        del argostranslate
        return {"argostranslate": version("argostranslate")}

    def load(self) -> str:
        import argostranslate.package
        import argostranslate.settings
        import argostranslate.translate
        import sentencex

        class Splitter(argostranslate.sbd.ISentenceBoundaryDetectionModel):
            def split_sentences(self, text: str) -> list[str]:
                return [one for one in sentencex.segment("en", text) if one.strip()]

        argostranslate.package.install_from_path(Path(self.options["package"]))
        self._translation = argostranslate.translate.get_translation_from_codes("en", "fr")
        inner = self._translation
        while not hasattr(inner, "sentencizer"):
            inner = inner.underlying
        inner.sentencizer = Splitter()
        self._translation.translate("A test.")
        settings = argostranslate.settings
        return f"compute type {settings.compute_type}, beam {settings.beam_size}, sentencex"

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        # What is kept of the last text would make its next translation free.
        return [self._translation.translate(text) for text in given]

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        return {"units": len(given), "empty": sum(not text.strip() for text in result)}


def argos_package(model: Path, out: Path) -> Path:
    """Write the `.argosmodel` of a CTranslate2 folder of an OPUS model; return its path."""
    settings = json.loads((model / "config.json").read_text(encoding="utf-8"))
    # Argos leaves the end of a source to the model.
    settings["add_source_eos"] = True
    metadata = {
        "package_version": "1.0", "argos_version": "1.9", "from_code": "en", "to_code": "fr",
        "from_name": "English", "to_name": "French", "type": "translate",
    }  # fmt: skip
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("en_fr/metadata.json", json.dumps(metadata))
        package.write(model / "source.spm", "en_fr/sentencepiece.model")
        package.writestr("en_fr/model/config.json", json.dumps(settings))
        for file in sorted(model.iterdir()):
            if file.name == "model.bin" or "vocabulary" in file.name:
                package.write(file, f"en_fr/model/{file.name}")
    return out


def argos_environment(folder: Path, beam: int | None) -> dict[str, str]:
    """Return what keeps Argos's files in a folder, and its beam."""
    found = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("DATA", "CONFIG", "CACHE")}
    found["ARGOS_PACKAGES_DIR"] = str(folder / "packages")
    return found | ({"ARGOS_BEAM_SIZE": str(beam)} if beam else {})


class Cell(Side):
    """One sentence at a time through us and through the bare call, in turns in one process."""

    def imports(self) -> dict[str, str]:
        import slm_magic as slm

        return {"slm_magic": slm.__version__}

    def load(self) -> str:
        import slm_magic as slm

        slm.translate("This is a test.", **self._options)
        import ctranslate2
        import sentencepiece

        folder = Path(self.options["folder"])
        self._pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self._translator = ctranslate2.Translator(
            str(folder), compute_type="int8", inter_threads=1, intra_threads=cores()
        )
        waits = os.environ.get("OMP_WAIT_POLICY", "as OpenMP likes")
        return f"int8, greedy, {cores()} threads a sentence, OMP_WAIT_POLICY {waits}"

    @property
    def _options(self) -> dict[str, Any]:
        model = self.options["model"]
        return {"target": "fr", "source": "en", "model": model, "retries": False}

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        import slm_magic as slm

        tokens = [[*row, "</s>"] for row in self._pieces.encode(given, out_type=str)]
        bare, ours = [], []
        for text, row in zip(given, tokens, strict=True):
            start = time.perf_counter()
            if job.get("bare", True):
                self._translator.translate_batch(
                    [row], beam_size=1, max_decoding_length=MOST_TOKENS
                )
            middle = time.perf_counter()
            slm.translate(text, **self._options)
            bare.append(middle - start)
            ours.append(time.perf_counter() - middle)
        return bare, ours

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        bare, ours = result
        over = [b - a for a, b in zip(bare, ours, strict=True)]
        return {
            "units": len(given),
            "bare ms": 1000 * statistics.median(bare),
            "ours ms": 1000 * statistics.median(ours),
            "over ms": 1000 * statistics.median(over),
        }


class Growing(Side):
    """A column of many rows through the accessor, on a model that costs next to nothing."""

    def imports(self) -> dict[str, str]:
        import pandas

        import slm_magic as slm
        import slm_magic.frames

        return {"slm_magic": slm.__version__, "pandas": pandas.__version__}

    def load(self) -> str:
        import pandas
        from speed_texts import growing

        pool = self.options["texts"]["pool"]
        # The same few rows first, so that what is loaded once is in the figure without the rows.
        self._translate(pandas.Series(growing(pool, 300)))
        # In pieces: a list of as many strings of Python's would leave more memory than the column.
        rows, piece = self.options["rows"], 1_000
        pieces = [pandas.Series(growing(pool, piece, first)) for first in range(0, rows, piece)]
        self._column = pandas.concat(pieces, ignore_index=True)
        return "pandas Series, retries=False"

    def texts(self, job: dict[str, Any]) -> Any:
        return self._column

    def _translate(self, column: Any) -> Any:
        return column.slm.translate(
            target="fr", source="en", model=self.options["model"], retries=False, progress=False
        )

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        return self._translate(given)

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        columns = given.memory_usage(deep=True) + result.memory_usage(deep=True)
        return {
            "units": len(given),
            "column bytes": int(columns),
            "empty": int(sum(not text.strip() for text in result)),
        }
