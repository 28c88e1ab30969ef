"""Checks of a written summary against the text it is of."""

from __future__ import annotations

from .checks import Finding, repetition, unsupported_numbers


def check_summary(
    source: str, output: str, *, language: str | None, complete: bool = True
) -> list[Finding]:
    """Run every check on a summary.

    A summary may leave things out, so only what it adds is looked at: figures that the source
    does not have, loops, and an end that was cut.

    Parameters
    ----------
    language
        ISO 639-1 code of both; None if unknown.
    complete
        False when the model was stopped at its length limit.
    """
    findings = [
        *unsupported_numbers(source, output, language, language),
        *repetition(source, output),
    ]
    if not complete:
        findings.append(Finding("truncated", "The model stopped at its length limit."))
    return findings
