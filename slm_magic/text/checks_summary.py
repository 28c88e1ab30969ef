"""Checks of a written summary against the text it is of."""

from __future__ import annotations

from .checks import repetition
from .checks_numbers import unsupported_numbers
from .findings import Finding
from .names import unsupported_names


def check_summary(
    source: str, output: str, *, language: str | None, complete: bool = True
) -> list[Finding]:
    """Run every check on a summary.

    A summary may leave things out, so only what it adds is looked at: figures and names that the
    source does not have, loops, and an end that was cut.

    Parameters
    ----------
    language
        ISO 639-1 code of both; None if unknown.
    complete
        False when the model was stopped at its length limit.
    """
    if not output.strip():
        return [Finding("truncated", "The model wrote nothing.")]
    findings = [
        *unsupported_numbers(source, output, language),
        *(
            Finding("name_unsupported", f"{name} is not in the source.", start, end)
            for name, start, end in unsupported_names(source, output, language)
        ),
        *repetition(source, output),
    ]
    if not complete:
        findings.append(Finding("truncated", "The model stopped at its length limit."))
    return findings
