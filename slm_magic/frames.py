"""``series.slm``: tasks on a column, for pandas and polars.

``import slm_magic.frames`` gives each Series of those of the two that are installed a namespace::

    import slm_magic.frames
    df["review_fr"] = df["review"].slm.translate(target="fr")

Index, order, name, dtype and what a row is missing by stay as they are; each distinct text is
worked on once. For flags and scores beside the text, see `slm_magic.map_frame`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from .errors import MissingDependencyError
from .frames_map import map_series
from .tasks.cache import Place

__all__ = ["SeriesMethods"]

NAME = "slm"


class SeriesMethods:
    """The namespace ``slm`` of a Series of text.

    Each method returns a Series of text of the same length, in the same order, with the same
    index and name. Its dtype is the same too, with two exceptions of need: a pandas categorical
    has the results of its categories as categories, and a polars Enum, whose words are a part of
    its dtype, becomes a Categorical. A row that is missing stays missing in the way it was.

    Three options are common to all:

    - ``progress``: whether to show a bar;
    - ``strict``: whether to raise `FlaggedError` when a row is flagged. Without it, one line on
      standard error says how many are, and by what;
    - ``resume``: what an interrupted call on the same column left, to do only the rows that are
      missing in it: the `Interrupted` itself, its ``results``, or ``"last"`` for the last one of
      this process.

    All raise `OptionError` if the Series is no text or an option cannot be used, and
    `Interrupted` after Ctrl-C, whose ``results`` are the Series with the finished rows.
    """

    def __init__(self, series: Any) -> None:
        # Nothing is looked at here: what an accessor raises, pandas shows as a missing attribute.
        self._series = series

    def translate(
        self,
        *,
        target: str,
        source: str | None = None,
        model: str | None = None,
        domain: str | None = None,
        glossary: Mapping[str, str] | None = None,
        beam_size: int | None = None,
        markup: str = "auto",
        quotes: str = "language",
        retries: bool = True,
        cache: Place = None,
        progress: bool = True,
        strict: bool = False,
        resume: Any = None,
    ) -> Any:
        """Translate each text.

        Parameters
        ----------
        target, source, model, domain, glossary, beam_size, markup, quotes, retries, cache
            As in `slm_magic.translate`.
        progress, strict, resume
            See `SeriesMethods`.

        Returns
        -------
        Series
            Of text, one a row.

        Raises
        ------
        LanguageError
            If a language is unknown, cannot be told, or is not covered by the model.
        ModelNotInstalledError
            If no model for the pair is installed; the message names the pull that gets one.

        Examples
        --------
        >>> import slm_magic.frames
        >>> df["review_fr"] = df["review"].slm.translate(target="fr")  # doctest: +SKIP
        """
        options = {
            "target": target,
            "source": source,
            "model": model,
            "domain": domain,
            "glossary": glossary,
            "beam_size": beam_size,
            "markup": markup,
            "quotes": quotes,
            "retries": retries,
            "cache": cache,
        }
        return self._map("translate", options, progress, strict, resume)

    def summarize(
        self,
        *,
        sentences: int = 3,
        style: str = "extractive",
        focus: str | Sequence[str] | None = None,
        domain: str | None = None,
        model: str | None = None,
        language: str = "en",
        unsupported: str = "replace",
        cache: Place = None,
        progress: bool = True,
        strict: bool = False,
        resume: Any = None,
    ) -> Any:
        """Summarise each text.

        Parameters
        ----------
        sentences, style, focus, domain, model, language, unsupported, cache
            As in `slm_magic.summarize`.
        progress, strict, resume
            See `SeriesMethods`.

        Returns
        -------
        Series
            Of text, one a row.

        Raises
        ------
        LanguageError
            If the language is not known.
        ModelNotInstalledError
            If the model has not been pulled; the message names the command that does.

        Examples
        --------
        >>> import slm_magic.frames
        >>> df["gist"] = df["review"].slm.summarize(sentences=1)  # doctest: +SKIP
        """
        options = {
            "sentences": sentences,
            "style": style,
            "focus": focus,
            "domain": domain,
            "model": model,
            "language": language,
            "unsupported": unsupported,
            "cache": cache,
        }
        return self._map("summarize", options, progress, strict, resume)

    def redact(
        self,
        *,
        entities: str | Sequence[str] | None = None,
        operator: str = "tag",
        language: str = "en",
        domain: str | None = None,
        model: str | None = None,
        cache: object = None,
        progress: bool = True,
        strict: bool = False,
        resume: Any = None,
    ) -> Any:
        """Take personal data out of each text.

        What stands in place of a person or value is the same in all rows. The originals are not
        kept: to undo tags, call `slm_magic.redact` on the column and keep its results.

        Parameters
        ----------
        entities, operator, language, domain, model, cache
            As in `slm_magic.redact`.
        progress, strict
            See `SeriesMethods`.
        resume
            Only operator ``mask`` goes on where it was interrupted. Others start again: what they
            put in place depends on all rows.

        Returns
        -------
        Series
            Of text, one a row.

        Raises
        ------
        LanguageError
            For a language that is not covered.
        MissingDependencyError
            If the extra ``redact`` is not installed.
        ModelNotInstalledError
            If the model, or `minilm-l6` below `pii-minilm`, has not been pulled.

        Examples
        --------
        >>> import slm_magic.frames
        >>> df["safe"] = df["review"].slm.redact()  # doctest: +SKIP
        """
        options = {
            "entities": entities,
            "operator": operator,
            "language": language,
            "domain": domain,
            "model": model,
            "cache": cache,
        }
        return self._map("redact", options, progress, strict, resume)

    def _map(
        self, task: str, options: Mapping[str, Any], progress: bool, strict: bool, resume: Any
    ) -> Any:
        return map_series(
            self._series, task, options, progress=progress, strict=strict, resume=resume
        )


def _register() -> None:
    """Give the Series of the libraries that are installed the namespace.

    Raises
    ------
    MissingDependencyError
        If neither is.
    """
    found = [name for name in ("pandas", "polars") if find_spec(name) is not None]
    if not found:
        raise MissingDependencyError("slm_magic.frames", "frames")
    if "pandas" in found:
        import pandas
        from pandas.api.extensions import register_series_accessor

        _put(pandas.Series, register_series_accessor)
    if "polars" in found:
        import polars
        from polars.api import register_series_namespace

        _put(polars.Series, register_series_namespace)


def _put(series: Any, register: Any) -> None:
    with warnings.catch_warnings():
        if getattr(getattr(series, NAME, None), "__module__", "") == __name__:
            # After a reload it is our own namespace that is replaced; another's is worth a word.
            warnings.simplefilter("ignore")
        register(NAME)(SeriesMethods)


_register()
