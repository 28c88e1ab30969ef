"""Sides of the other tasks: embeddings and extracts, a causal model, redaction."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from speed_mt import cores
from speed_worker import Side

# As `translate_backends` has it: the limit of a sentence's answer.
TOKENS_PER_TOKEN, EXTRA_TOKENS = 3.0, 24


class OurVectors(Side):
    """Embeddings by the engine, or extractive summaries by `slm_magic.summarize`."""

    def imports(self) -> dict[str, str]:
        import slm_magic as slm

        return {"slm_magic": slm.__version__}

    def load(self) -> str:
        from slm_magic import engine
        from slm_magic.store import Store

        self._encoder = engine.load(Store.default().resolve("minilm-l6"), workload="bulk")
        plan = self._encoder.plan
        return f"{plan.compute_type}, {plan.inter_threads} batches side by side"

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        if job.get("summarize"):
            import slm_magic as slm

            return slm.summarize(given, sentences=3)
        return self._encoder.embed(given)

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        if job.get("summarize"):
            return {"units": len(given), "empty": sum(not one.text for one in result)}
        return {"units": len(given), "vectors": result[:20].tolist()}


class SentenceTransformers(Side):
    """`SentenceTransformer.encode` of the same checkpoint."""

    def imports(self) -> dict[str, str]:
        import sentence_transformers
        import torch

        del sentence_transformers
        return {
            "sentence-transformers": version("sentence-transformers"),
            "torch": torch.__version__,
        }

    def load(self) -> str:
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import (
            Normalize,
            Pooling,
            Transformer,
        )

        torch.set_num_threads(cores())
        body = Transformer(self.options["model"], max_seq_length=256)
        pooling = Pooling(body.get_embedding_dimension(), pooling_mode="mean")
        self._model = SentenceTransformer(modules=[body, pooling, Normalize()], device="cpu")
        way = self.options["way"]
        if way == "bfloat16":
            self._model = self._model.bfloat16()
        if way == "int8":
            quantization = torch.ao.quantization
            self._model[0] = quantization.quantize_dynamic(
                body, {torch.nn.Linear: quantization.per_channel_dynamic_qconfig}
            )
        return f"{way}, batches of 32, {torch.get_num_threads()} threads"

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        return self._model.encode(
            given, batch_size=32, show_progress_bar=False, convert_to_numpy=True
        )

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        return {"units": len(given), "vectors": result[:20].astype(float).tolist()}


class OurCausal(Side):
    """`slm_magic.translate` through the causal starter."""

    def imports(self) -> dict[str, str]:
        import slm_magic as slm

        return {"slm_magic": slm.__version__}

    def load(self) -> str:
        import slm_magic as slm
        from slm_magic import engine
        from slm_magic.store import Store

        slm.translate("Good morning!", **self._options)
        self._handle = engine.load(Store.default().resolve(self.options["model"]))
        plan = self._handle.plan
        return f"{plan.compute_type}, {plan.intra_threads} threads, retries=False"

    @property
    def _options(self) -> dict[str, Any]:
        model = self.options["model"]
        return {"target": "fr", "source": "en", "model": model, "retries": False}

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        import slm_magic as slm

        if job.get("messages"):
            return None
        # A cell is one text; a column is a list.
        return slm.translate(" ".join(given) if job["cell"] else given, **self._options)

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        if job.get("messages"):
            from slm_magic.tasks.translate_backends import CausalBackend

            backend = CausalBackend(self._handle, "en", "fr")
            # The very prompt that the task asks with, for the other side.
            return {"units": 1, "messages": [backend._messages(text) for text in given]}
        results = [result] if job["cell"] else result
        tokens = sum(len(self._handle.tokenizer.encode(one.text)) for one in results)
        return {"units": len(given), "tokens": tokens, "first": results[0].text}


class Llama(Side):
    """llama-cpp-python on the GGUF file of the same model, one sentence after the other."""

    def imports(self) -> dict[str, str]:
        import llama_cpp

        return {"llama-cpp-python": llama_cpp.__version__}

    def load(self) -> str:
        from llama_cpp import Llama

        self._model = Llama(
            self.options["file"], n_ctx=2048, n_threads=cores(), n_threads_batch=cores(),
            verbose=False,
        )  # fmt: skip
        return f"{Path(self.options['file']).stem.rpartition('-')[2]}, {cores()} threads, greedy"

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        messages = self.options["texts"][f"{job['texts']} messages"]
        answers = []
        for text, one in zip(given, messages, strict=True):
            tokens = len(self._model.tokenize(text.encode(), add_bos=False))
            answers.append(
                # What two prompts begin with alike is computed once: it keeps the last one's state.
                self._model.create_chat_completion(
                    one, temperature=0.0, max_tokens=int(TOKENS_PER_TOKEN * tokens) + EXTRA_TOKENS
                )
            )
        return answers

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        return {
            "units": len(given),
            "tokens": sum(one["usage"]["completion_tokens"] for one in result),
            "first": result[0]["choices"][0]["message"]["content"],
        }


class OurRedact(Side):
    """`slm_magic.redact` of a list."""

    def imports(self) -> dict[str, str]:
        import slm_magic as slm

        return {"slm_magic": slm.__version__}

    def load(self) -> str:
        import slm_magic as slm

        slm.redact(["Ask Petra Novotny."], language="en")
        return "as it comes"

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        import slm_magic as slm

        return slm.redact(given, language="en")

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        return {"units": len(given), "spans": sum(len(one.spans) for one in result)}


class Presidio(Side):
    """Presidio's analyzer as `quality_pii` sets it up, row by row or by its batch engine."""

    def imports(self) -> dict[str, str]:
        import presidio_analyzer
        import spacy

        del presidio_analyzer
        return {"presidio-analyzer": version("presidio-analyzer"), "spacy": spacy.__version__}

    def load(self) -> str:
        from presidio_analyzer import BatchAnalyzerEngine
        from quality_pii import presidio_analyzer, spacy_model

        model = spacy_model()
        if model is None:
            raise ModuleNotFoundError("no spaCy model", name="spaCy's small English model")
        self._analyzer = presidio_analyzer("en", model)
        self._batches = BatchAnalyzerEngine(self._analyzer)
        self._analyzer.analyze("Ask Petra Novotny.", "en")
        return "en_core_web_sm"

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        if job["batch"]:
            return list(self._batches.analyze_iterator(given, "en", batch_size=job["batch"]))
        return [self._analyzer.analyze(text, "en") for text in given]

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        return {"units": len(given), "spans": sum(len(one) for one in result)}
