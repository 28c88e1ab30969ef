"""Loaded models: Seq2Seq, Causal and Encoder over CTranslate2's three classes.

Handles work on tokens; texts become tokens in `tokenization`.

CTranslate2's blocking calls ignore Ctrl-C until C++ returns. So batches are submitted
asynchronously, a few at a time, and polled; after an interrupt nothing more is submitted and
running greedy batches stop at their next step.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ForkedError, ModelLoadError
from .plan import Plan, token_batches

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..store import Installed

# Seconds between two looks at the running batches: well under what a person notices, and
# too seldom to cost anything.
POLL_SECONDS = 0.005
# Batches kept in flight beyond one a worker, so that no worker waits for Python.
BATCHES_AHEAD = 1
# MiniLM was trained on at most 256 pieces; sentences are cut there rather than guessed at.
EMBED_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Decoding:
    """How output tokens are chosen.

    Attributes
    ----------
    beam_size
        1 is greedy. Only greedy decoding can be stopped in the middle of a batch.
    max_new_tokens
        Where generation is cut; the result then has ``complete=False``.
    repetition_penalty
        Above 1 makes tokens that were generated already less likely.
    no_repeat_ngram_size
        Forbids repeating n-grams of this size; 0 allows all.
    length_penalty
        Exponent of the length in beam search.
    scores
        Whether to compute the mean log-probability a token.
    """

    beam_size: int = 1
    max_new_tokens: int = 256
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0
    length_penalty: float = 1.0
    scores: bool = False


@dataclass(frozen=True, slots=True)
class Generated:
    """One finished sequence.

    Attributes
    ----------
    tokens
        The new tokens, without the end token.
    score
        Mean log-probability a token, where asked for.
    complete
        False when generation was cut at the length limit.
    """

    tokens: list[str]
    score: float | None
    complete: bool


OnResult = Callable[[int, Generated], None]

# Set in a child that was forked after a model had been loaded: CTranslate2's threads are gone
# there, and any call would hang (CTranslate2 issues 539 and 1414).
_forked = False
_loaded_here = False


def _mark_forked() -> None:
    global _forked
    _forked = _loaded_here


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_mark_forked)


def refuse_fork() -> None:
    """Raise where CTranslate2 would hang.

    Raises
    ------
    ForkedError
        In a child forked after its parent had loaded a model.
    """
    if _forked:
        raise ForkedError(
            "Models do not survive a fork: start workers with the 'spawn' method "
            "(multiprocessing.get_context('spawn')), or call slm-magic in the parent process only."
        )


def _ctranslate2() -> Any:
    # Spinning OpenMP workers made decoding 66 times slower beside another busy process, which
    # in a notebook is the rule. It must be set before the first import of ctranslate2.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import ctranslate2

    return ctranslate2


class Handle:
    """A loaded model and its tokenizer.

    Attributes
    ----------
    installed
        The model on disk.
    tokenizer
        The adapter of its family.
    """

    _class = ""

    def __init__(self, installed: Installed, tokenizer: Any, plan: Plan) -> None:
        global _loaded_here
        refuse_fork()
        self.installed = installed
        self.tokenizer = tokenizer
        self.plan = plan
        self._lock = threading.RLock()
        self._leftover: list[Any] = []
        factory = getattr(_ctranslate2(), self._class)
        try:
            self._model = factory(
                str(installed.folder),
                device="cpu",
                compute_type=plan.compute_type,
                inter_threads=plan.inter_threads,
                intra_threads=plan.intra_threads,
            )
        except (RuntimeError, ValueError) as error:
            raise ModelLoadError(
                f"CTranslate2 cannot load {installed.name!r} ({_first_line(error)}); "
                f"pull it again: %slm pull {installed.name} --force"
            ) from error
        # Read now: another process may pull the model again while this one has it loaded.
        self._size = (installed.folder / "model.bin").stat().st_size
        _loaded_here = True

    @property
    def size(self) -> int:
        """Bytes of the weights on disk, which is what they take in memory."""
        return self._size

    def unload(self) -> None:
        """Free the weights; waits for batches that an interrupt left running."""
        with self._lock:
            self._drain()
            self._model.unload_model()

    def abandon(self) -> None:
        """Let go of the handle in a forked child, where even freeing it would hang."""
        import ctypes

        # The destructor joins threads that the child does not have: never run it.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._model))

    def _drain(self) -> None:
        # An interrupt returns at once and leaves the running step behind; CTranslate2 must not
        # be unloaded or asked again before it has ended (CTranslate2 issues 613 and 614).
        for future in self._leftover:
            try:
                future.result()
            except RuntimeError:
                pass
        self._leftover.clear()

    def _run(
        self,
        lengths: Sequence[int],
        submit: Callable[[list[int], Callable[[Any], bool] | None], list[Any]],
        take: Callable[[Any], Generated],
        on_result: OnResult | None,
        greedy: bool,
    ) -> list[Generated]:
        refuse_fork()
        stop = threading.Event()
        callback = (lambda step: stop.is_set()) if greedy else None
        results: dict[int, Generated] = {}
        running: dict[int, Any] = {}
        batches = iter(token_batches(lengths, self.plan))
        in_flight: list[set[int]] = []
        with self._lock:
            self._drain()
            try:
                more = True
                while more or running:
                    while more and len(in_flight) < self.plan.inter_threads + BATCHES_AHEAD:
                        batch = next(batches, None)
                        if batch is None:
                            more = False
                            break
                        running.update(zip(batch, submit(batch, callback), strict=True))
                        in_flight.append(set(batch))
                    for index in [i for i, future in running.items() if future.done()]:
                        results[index] = take(_result(running.pop(index), self.installed.name))
                        if on_result is not None:
                            on_result(index, results[index])
                    in_flight = [batch for batch in in_flight if not batch.isdisjoint(running)]
                    if running:
                        time.sleep(POLL_SECONDS)
            except BaseException:
                stop.set()
                self._leftover.extend(running.values())
                raise
        return [results[i] for i in range(len(lengths))]


def _result(future: Any, name: str) -> Any:
    try:
        return future.result()
    except RuntimeError as error:
        raise ModelLoadError(f"{name!r} failed in CTranslate2: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


class Seq2Seq(Handle):
    """An encoder-decoder model, for translation and abstractive summaries."""

    _class = "Translator"

    def translate(
        self,
        sources: Sequence[list[str]],
        *,
        target_prefix: list[str] | None = None,
        decoding: Decoding = Decoding(),
        on_result: OnResult | None = None,
    ) -> list[Generated]:
        """Translate token sequences.

        Parameters
        ----------
        sources
            One list of tokens a sentence, special tokens included.
        target_prefix
            Tokens each output starts with; they are dropped from the results.
        on_result
            Called in the calling thread with the number and the result of each sentence as
            it is finished, in any order.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl-C, at once; `on_result` has then seen all that was finished.
        ModelLoadError
            If CTranslate2 refuses the input.
        """
        skip = len(target_prefix or ())
        ends = self.tokenizer.end_tokens

        def submit(batch: list[int], callback: Callable[[Any], bool] | None) -> list[Any]:
            futures: list[Any] = self._model.translate_batch(
                [sources[i] for i in batch],
                target_prefix=[target_prefix] * len(batch) if target_prefix else None,
                asynchronous=True,
                beam_size=decoding.beam_size,
                length_penalty=decoding.length_penalty,
                repetition_penalty=decoding.repetition_penalty,
                no_repeat_ngram_size=decoding.no_repeat_ngram_size,
                max_input_length=0,
                max_decoding_length=decoding.max_new_tokens + skip,
                return_end_token=True,
                return_scores=decoding.scores,
                callback=callback,
            )
            return futures

        def take(result: Any) -> Generated:
            return _generated(
                result.hypotheses[0][skip:], result.scores[0] if decoding.scores else None, ends
            )

        lengths = [len(source) for source in sources]
        return self._run(lengths, submit, take, on_result, decoding.beam_size == 1)


class Causal(Handle):
    """A decoder-only language model that follows instructions."""

    _class = "Generator"

    def generate(
        self,
        prompts: Sequence[list[str]],
        *,
        static_prompt: list[str] | None = None,
        decoding: Decoding = Decoding(),
        on_result: OnResult | None = None,
    ) -> list[Generated]:
        """Continue token sequences.

        Parameters
        ----------
        prompts
            One list of tokens a prompt, without the tokens of `static_prompt`.
        static_prompt
            Tokens that every prompt starts with. Their state is computed once and cached
            until the model is unloaded.
        on_result
            Called in the calling thread with the number and the result of each prompt as
            it is finished, in any order.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl-C, at once; `on_result` has then seen all that was finished.
        ModelLoadError
            If CTranslate2 refuses the input.
        """
        ends = self.tokenizer.end_tokens
        if static_prompt and any(len(prompt) == 1 for prompt in prompts):
            # After a static prompt CTranslate2 leaves prompt tokens in the results of a batch
            # whose shortest prompt is one token, so the last shared one goes with the prompts.
            prompts = [static_prompt[-1:] + prompt for prompt in prompts]
            static_prompt = static_prompt[:-1] or None

        def submit(batch: list[int], callback: Callable[[Any], bool] | None) -> list[Any]:
            return self._submit([prompts[i] for i in batch], static_prompt, decoding, callback)

        def take(result: Any) -> Generated:
            return _generated(
                result.sequences[0], result.scores[0] if decoding.scores else None, ends
            )

        lengths = [len(prompt) for prompt in prompts]
        return self._run(lengths, submit, take, on_result, decoding.beam_size == 1)

    def stream(
        self,
        prompt: list[str],
        *,
        static_prompt: list[str] | None = None,
        decoding: Decoding = Decoding(),
    ) -> Iterator[str]:
        """Yield the answer to one prompt in pieces of text as they are generated.

        Closing the iterator, or Ctrl-C, stops the generation at its next token.
        """
        refuse_fork()
        stop = threading.Event()
        tokens: queue.SimpleQueue[str] = queue.SimpleQueue()

        def callback(step: Any) -> bool:
            tokens.put(step.token)
            return stop.is_set()

        ends = set(self.tokenizer.end_tokens)
        greedy = Decoding(
            max_new_tokens=decoding.max_new_tokens,
            repetition_penalty=decoding.repetition_penalty,
            no_repeat_ngram_size=decoding.no_repeat_ngram_size,
        )
        with self._lock:
            self._drain()
            (future,) = self._submit([prompt], static_prompt, greedy, callback)
            try:
                yield from _pieces(self.tokenizer, _tokens(future, tokens, ends))
                _result(future, self.installed.name)
            finally:
                stop.set()
                if not future.done():
                    self._leftover.append(future)

    def _submit(
        self,
        prompts: list[list[str]],
        static_prompt: list[str] | None,
        decoding: Decoding,
        callback: Callable[[Any], bool] | None,
    ) -> list[Any]:
        futures: list[Any] = self._model.generate_batch(
            prompts,
            asynchronous=True,
            static_prompt=static_prompt,
            cache_static_prompt=True,
            # A long prompt costs 12 times as much when it is part of the result.
            include_prompt_in_result=False,
            beam_size=decoding.beam_size,
            length_penalty=decoding.length_penalty,
            repetition_penalty=decoding.repetition_penalty,
            no_repeat_ngram_size=decoding.no_repeat_ngram_size,
            max_length=decoding.max_new_tokens,
            end_token=list(self.tokenizer.end_tokens),
            return_end_token=True,
            return_scores=decoding.scores,
            callback=callback,
        )
        return futures


def _generated(tokens: Sequence[str], score: float | None, ends: Sequence[str]) -> Generated:
    complete = bool(tokens) and tokens[-1] in ends
    return Generated(list(tokens[:-1] if complete else tokens), score, complete)


def _tokens(future: Any, tokens: queue.SimpleQueue[str], ends: set[str]) -> Iterator[str]:
    while True:
        try:
            token = tokens.get(timeout=POLL_SECONDS)
        except queue.Empty:
            if future.done() and tokens.empty():
                return
            continue
        if token not in ends:
            yield token


def _pieces(tokenizer: Any, tokens: Iterator[str]) -> Iterator[str]:
    # Decoded from the start of the last whole piece: byte-level tokens can end inside a
    # character, which shows as U+FFFD until the rest has come.
    seen: list[str] = []
    shown = ""
    for token in tokens:
        seen.append(token)
        text = tokenizer.decode(seen)
        if text.startswith(shown) and not text.endswith("\N{REPLACEMENT CHARACTER}"):
            if len(text) > len(shown):
                yield text[len(shown) :]
            shown = text
    rest = tokenizer.decode(seen)[len(shown) :]
    if rest:
        yield rest


class Encoder(Handle):
    """An encoder, for embeddings and token classification."""

    _class = "Encoder"

    def hidden(
        self,
        ids: Sequence[list[int]],
        *,
        on_result: Callable[[int, npt.NDArray[np.float32]], None] | None = None,
    ) -> list[npt.NDArray[np.float32]]:
        """Return the last hidden states of token sequences.

        Parameters
        ----------
        ids
            One non-empty list of token ids a sequence, special tokens included.
        on_result
            Called with the number and the states of each sequence as it is finished.

        Returns
        -------
        list of arrays
            Per sequence, float32 of shape (tokens, width).

        Raises
        ------
        ModelLoadError
            If CTranslate2 refuses the input, such as one past the position table.
        """
        import numpy as np

        refuse_fork()
        states: dict[int, npt.NDArray[np.float32]] = {}
        with self._lock:
            # A batch takes a tenth of a second, so Ctrl-C is heard between two of them.
            for batch in token_batches([len(sequence) for sequence in ids], self.plan):
                try:
                    output = self._model.forward_batch([ids[i] for i in batch])
                except RuntimeError as error:
                    raise ModelLoadError(
                        f"{self.installed.name!r} failed in CTranslate2: {_first_line(error)}"
                    ) from error
                padded = np.array(output.last_hidden_state)
                for row, index in enumerate(batch):
                    states[index] = padded[row, : len(ids[index])]
                    if on_result is not None:
                        on_result(index, states[index])
        return [states[i] for i in range(len(ids))]

    def embed(
        self,
        texts: Sequence[str],
        *,
        on_result: Callable[[int, npt.NDArray[np.float32]], None] | None = None,
    ) -> npt.NDArray[np.float32]:
        """Return one embedding a text: the mean of its hidden states, of length one.

        Texts past 256 tokens are cut there. Mean pooling and normalisation are how
        sentence-transformers reads all-MiniLM-L6-v2.

        Returns
        -------
        array
            float32 of shape (texts, width); the product of two rows is their cosine.
        """
        import numpy as np

        ids = [self.tokenizer.encode_ids(text)[:EMBED_TOKENS] for text in texts]
        vectors: dict[int, npt.NDArray[np.float32]] = {}

        def pool(index: int, states: npt.NDArray[np.float32]) -> None:
            mean = states.mean(axis=0)
            vectors[index] = mean / max(float(np.linalg.norm(mean)), 1e-12)
            if on_result is not None:
                on_result(index, vectors[index])

        self.hidden(ids, on_result=pool)
        if not ids:
            return np.zeros((0, 0), np.float32)
        return np.stack([vectors[i] for i in range(len(ids))])


KINDS: dict[str, type[Handle]] = {"seq2seq": Seq2Seq, "causal": Causal, "encoder": Encoder}
