"""Results as JSON text and back, exactly; what is not such a text is refused.

Written out field by field: what is read comes from a file that others may have written, and
becomes a result that a user trusts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, get_args

from ..catalog import ModelRef
from .results import (
    Flag,
    FlagKind,
    Result,
    Summary,
    SummarySentence,
    TranslatedSegment,
    Translation,
)

_KINDS: dict[str, FlagKind] = {kind: kind for kind in get_args(FlagKind)}

T = TypeVar("T")


def encode(result: Result) -> str:
    """Return a translation or summary as JSON, without the time it took.

    Raises
    ------
    TypeError
        If it is a result of another task: redactions are never kept.
    """
    if isinstance(result, Translation):
        own: list[Any] = [
            "translation",
            result.source_text,
            result.source,
            result.target,
            [
                [one.source, one.text, one.translated, one.score, _flags_out(one.flags)]
                for one in result.segments
            ],
            result.pivot,
            [_model_out(one) for one in result.models],
        ]
    elif isinstance(result, Summary):
        own = [
            "summary",
            [[one.text, one.start, one.end, one.score] for one in result.sentences],
            result.style,
            result.domain,
        ]
    else:
        raise TypeError(f"a {type(result).__name__} is not kept")
    common = [result.text, _flags_out(result.flags), _model_out(result.model)]
    return json.dumps([*own, *common], ensure_ascii=False, separators=(",", ":"))


def decode(source_text: str, kept: Any) -> Result:
    """Return the result that `encode` wrote.

    Parameters
    ----------
    source_text
        The text that it must be the result of.
    kept
        What was read.

    Raises
    ------
    ValueError
        If it is not what `encode` writes of a result for that text.
    """
    try:
        values = json.loads(_str(kept))
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if isinstance(values, list) and values[:1] == ["translation"]:
        return _translation(source_text, *_fields(values[1:], 9))
    if isinstance(values, list) and values[:1] == ["summary"]:
        return _summary(source_text, *_fields(values[1:], 6))
    raise ValueError("no result that is kept")


def _translation(source_text: str, *values: Any) -> Translation:
    own_source, source, target, segments, pivot, models, text, flags, model = values
    made = Translation(
        text=_str(text),
        flags=_flags(flags),
        model=_optional(_model, model),
        source_text=_str(own_source),
        source=_str(source),
        target=_str(target),
        segments=_each(_segment, segments),
        pivot=_optional(_str, pivot),
        models=_each(_model, models),
    )
    if (
        made.source_text != source_text
        or "".join(one.source for one in made.segments) != source_text
        or "".join(one.text for one in made.segments) != made.text
    ):
        raise ValueError("a translation of another text")
    return made


def _summary(source_text: str, *values: Any) -> Summary:
    sentences, style, domain, text, flags, model = values
    if style not in ("extractive", "abstractive"):
        raise ValueError("an unknown style")
    made = Summary(
        text=_str(text),
        flags=_flags(flags),
        model=_optional(_model, model),
        sentences=_each(_sentence, sentences),
        style=style,
        domain=_optional(_str, domain),
    )
    for one in made.sentences:
        if one.start is not None and source_text[one.start : one.end] != one.text:
            raise ValueError("a summary of another text")
    return made


def _segment(value: Any) -> TranslatedSegment:
    source, text, translated, score, flags = _fields(value, 5)
    if not isinstance(translated, bool):
        raise ValueError("not a switch")
    return TranslatedSegment(
        _str(source), _str(text), translated, _optional(_float, score), _flags(flags)
    )


def _sentence(value: Any) -> SummarySentence:
    text, start, end, score = _fields(value, 4)
    return SummarySentence(
        _str(text), _optional(_place, start), _optional(_place, end), _optional(_float, score)
    )


def _flags_out(flags: Sequence[Flag]) -> list[list[Any]]:
    return [[flag.kind, flag.message, flag.start, flag.end] for flag in flags]


def _flags(value: Any) -> tuple[Flag, ...]:
    return _each(_flag, value)


def _flag(value: Any) -> Flag:
    kind, message, start, end = _fields(value, 4)
    known = _KINDS.get(_str(kind))
    if known is None:
        raise ValueError("an unknown kind of flag")
    return Flag(known, _str(message), _optional(_place, start), _optional(_place, end))


def _model_out(model: ModelRef | None) -> list[str] | None:
    return None if model is None else [model.name, model.revision, model.sha256]


def _model(value: Any) -> ModelRef:
    return ModelRef(*map(_str, _fields(value, 3)))


def _fields(value: Any, count: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != count:
        raise ValueError("not the fields of a result")
    return value


def _each(read: Callable[[Any], T], value: Any) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple(map(read, value))


def _optional(read: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else read(value)


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _place(value: Any) -> int:
    # A bool is an int in Python.
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a place in a text")
    return value


def _float(value: Any) -> float:
    if not isinstance(value, float):
        raise ValueError("not a score")
    return value
