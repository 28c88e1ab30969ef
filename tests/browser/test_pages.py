"""The watchers of the browser tests do find what they look for."""

from __future__ import annotations

from typing import Any

import pytest
from pages import axe


def test_errors_in_the_console_are_heard(page: Any, console: Any) -> None:
    page.evaluate("() => console.error('said by the test')")
    page.evaluate("() => { setTimeout(() => { throw new Error('thrown by the test'); }); }")
    page.wait_for_timeout(100)
    with pytest.raises(AssertionError, match="said by the test"):
        console.check()
    console.expect("said by the test")
    with pytest.raises(AssertionError, match="thrown by the test"):
        console.check()
    console.expect("thrown by the test")
    console.check()


def test_an_error_that_was_expected_must_come(console: Any) -> None:
    console.expect("never said")
    with pytest.raises(AssertionError, match="never said"):
        console.check()
    console.expected.clear()


def test_axe_finds_a_button_without_a_name(page: Any) -> None:
    page.set_content("<main id='bad'><button></button></main><main id='good'>Text</main>")
    axe(page, "#good")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page, "#bad")
