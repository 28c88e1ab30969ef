"""Models that write: Seq2Seq over CTranslate2's Translator, Causal over its Generator."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from ..tokenization_causal import causal_traits
from .forks import refuse_fork
from .handles import POLL_SECONDS, Decoding, Generated, Handle, OnResult, outcome


class Seq2Seq(Handle):
    """An encoder-decoder model, for translation and abstractive summaries."""

    _class = "Translator"

    def translate(
        self,
        sources: Sequence[list[str]],
        *,
        target_prefix: list[str] | None = None,
        decoding: Decoding = Decoding(),
        limits: Sequence[int] | None = None,
        on_result: OnResult | None = None,
    ) -> list[Generated]:
        """Translate token sequences.

        Parameters
        ----------
        sources
            One list of tokens a sentence, special tokens included.
        target_prefix
            Tokens each output starts with; they are dropped from the results.
        limits
            New tokens allowed for each sentence, below ``decoding.max_new_tokens``.
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

        def submit(
            batch: list[int], limit: int, callback: Callable[[Any], bool] | None
        ) -> list[Any]:
            futures: list[Any] = self._model.translate_batch(
                [sources[i] for i in batch],
                target_prefix=[target_prefix] * len(batch) if target_prefix else None,
                asynchronous=True,
                beam_size=decoding.beam_size,
                length_penalty=decoding.length_penalty,
                repetition_penalty=decoding.repetition_penalty,
                no_repeat_ngram_size=decoding.no_repeat_ngram_size,
                max_input_length=0,
                max_decoding_length=limit + skip,
                return_end_token=True,
                return_scores=decoding.scores,
                callback=callback,
            )
            return futures

        def take(result: Any) -> tuple[list[str], Sequence[float]]:
            return result.hypotheses[0], result.scores

        lengths = [len(source) for source in sources]
        return self._run(lengths, submit, take, decoding, on_result, limits=limits, skip=skip)


class Causal(Handle):
    """A decoder-only language model that follows instructions."""

    _class = "Generator"

    def generate(
        self,
        prompts: Sequence[list[str]],
        *,
        static_prompt: list[str] | None = None,
        decoding: Decoding = Decoding(),
        limits: Sequence[int] | None = None,
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
        limits
            New tokens allowed for each prompt, below ``decoding.max_new_tokens``.
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
        if static_prompt and any(len(prompt) == 1 for prompt in prompts):
            # After a static prompt CTranslate2 leaves prompt tokens in the results of a batch
            # whose shortest prompt is one token, so the last shared one goes with the prompts.
            prompts = [static_prompt[-1:] + prompt for prompt in prompts]
            static_prompt = static_prompt[:-1] or None

        def submit(
            batch: list[int], limit: int, callback: Callable[[Any], bool] | None
        ) -> list[Any]:
            within = replace(decoding, max_new_tokens=limit)
            return self._submit([prompts[i] for i in batch], static_prompt, within, callback)

        def take(result: Any) -> tuple[list[str], Sequence[float]]:
            return result.sequences[0], result.scores

        lengths = [len(prompt) for prompt in prompts]
        return self._run(lengths, submit, take, decoding, on_result, limits=limits)

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
            self.settle()
            self._reload()
            (future,) = self._submit([prompt], static_prompt, greedy, callback)
            try:
                yield from _pieces(self.tokenizer, _tokens(future, tokens, ends))
                outcome(future, self.installed.name)
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
        """Start a batch and return a future for each prompt.

        CTranslate2 reads prompts up to the length of the shortest at once, and what they have
        beyond it token by token. What it reads at once is wrong where layers see a window that
        is shorter: tokens at its edge see too much, and from twice the window on layers that
        should see all do not see the latest ones. So a beginning of a prompt that just fills
        the window goes along, and is dropped.
        """
        window, count = self._window, len(prompts)
        if static_prompt and 0 < window < len(static_prompt) + 2:
            # Too long to be read at once itself, with a beginning of two tokens after it.
            prompts = [static_prompt + prompt for prompt in prompts]
            static_prompt = None
        shared = len(static_prompt or ())
        if window and shared + min(map(len, prompts)) > window:
            prompts = [*prompts, prompts[0][: window - shared]]
            callback = callback and _without(count, callback)
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
        return futures[:count]

    @cached_property
    def _window(self) -> int:
        return causal_traits(self.installed.folder).window


def _without(number: int, callback: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return a callback that ends one sequence of a batch at once and hides it."""

    def on_step(step: Any) -> bool:
        return step.batch_id == number or callback(step)

    return on_step


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
