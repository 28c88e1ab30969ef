"""Encoders: hidden states for token classification, and embeddings."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from ..errors import ModelLoadError
from ..stopping import check
from .forks import refuse_fork
from .handles import Handle, first_line
from .plan import token_batches

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# MiniLM was trained on at most 256 pieces; sentences are cut there rather than guessed at.
EMBED_TOKENS = 256


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
            self._reload()
            for batch, output in self._side_by_side(ids):
                padded = np.array(output.last_hidden_state)
                for row, index in enumerate(batch):
                    states[index] = padded[row, : len(ids[index])]
                    if on_result is not None:
                        on_result(index, states[index])
        return [states[i] for i in range(len(ids))]

    def _side_by_side(self, ids: Sequence[list[int]]) -> Iterator[tuple[list[int], Any]]:
        """Yield batches of numbers and what the model makes of them, in order."""
        # Twice as many as run: CTranslate2 goes on with the next at once, while Python is busy.
        side = 2 * self.plan.inter_threads
        ahead: deque[tuple[list[int], Future[Any]]] = deque()
        pool = ThreadPoolExecutor(side, thread_name_prefix="slm-magic-encode")
        try:
            for batch in token_batches([len(sequence) for sequence in ids], self.plan):
                ahead.append((batch, pool.submit(self._forward, [ids[i] for i in batch])))
                # A batch takes a tenth of a second at most, so Ctrl-C is heard between two.
                check()
                if len(ahead) > side:
                    done, future = ahead.popleft()
                    yield done, future.result()
            for done, future in ahead:
                yield done, future.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _forward(self, batch: list[list[int]]) -> Any:
        try:
            return self._model.forward_batch(batch)
        except RuntimeError as error:
            raise ModelLoadError(
                f"{self.installed.name!r} failed in CTranslate2: {first_line(error)}"
            ) from error

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

        refuse_fork()
        ids = [self.tokenizer.encode_ids(text)[:EMBED_TOKENS] for text in texts]
        vectors: npt.NDArray[np.float32] | None = None
        with self._lock:
            self._reload()
            for batch, output in self._side_by_side(ids):
                # Pooled at once: the states of a long text's sentences would fill the memory.
                padded = np.asarray(output.last_hidden_state)
                if vectors is None:
                    vectors = np.zeros((len(ids), padded.shape[2]), np.float32)
                for row, index in enumerate(batch):
                    mean = padded[row, : len(ids[index])].mean(axis=0)
                    vectors[index] = mean / max(float(np.linalg.norm(mean)), 1e-12)
                    if on_result is not None:
                        on_result(index, vectors[index])
        return np.zeros((0, 0), np.float32) if vectors is None else vectors
