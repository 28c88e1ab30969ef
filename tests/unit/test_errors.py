"""Errors cross processes whole: dask sends those of a user's workers to the user's client."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from slm_magic import errors
from slm_magic.tasks.results import Summary


def subclasses(cls: type[Exception]) -> Iterator[type[Exception]]:
    yield cls
    for one in cls.__subclasses__():
        yield from subclasses(one)


# What is more than one line of text.
ARGUMENTS: dict[type[Exception], tuple[tuple[Any, ...], dict[str, Any]]] = {
    errors.FlaggedError: (("1 of 1 results flagged.", [Summary(text="One.")]), {}),
    errors.MissingDependencyError: (("A checkpoint", "dask"), {}),
}
ALL = [
    cls
    for cls in dict.fromkeys(subclasses(errors.SlmMagicError))
    if cls.__module__ == errors.__name__
]


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_an_error_crosses_processes_with_all_that_it_carries(cls: type[Exception]) -> None:
    given, named = ARGUMENTS.get(cls, (("One line; do this.",), {}))
    error = cls(*given, **named)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(error, protocol))
        assert type(back) is cls
        assert str(back) == str(error) and str(back)
        assert back.args == error.args
        assert vars(back) == vars(error)


def test_an_interrupt_and_what_names_packages_cross_processes() -> None:
    stop = pickle.loads(pickle.dumps(errors.Interrupted([Summary(text="One."), None], 1, 2)))
    assert (stop.results, stop.done, stop.total) == ([Summary(text="One."), None], 1, 2)
    assert str(stop) == "Interrupted: 1 of 2 finished."
    missing = errors.MissingDependencyError("This model", packages="sacremoses")
    back = pickle.loads(pickle.dumps(missing))
    assert str(back) == str(missing) == "This model needs more packages: pip install sacremoses"
    assert back.extra == ""


def test_a_disk_error_stays_one_of_the_system() -> None:
    back = pickle.loads(pickle.dumps(errors.DiskFullError("No room; free 1 GB.")))
    assert isinstance(back, OSError) and isinstance(back, errors.PullError)
