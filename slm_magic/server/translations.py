"""What JupyterLab's settings say of slm-magic, in the language of the user.

JupyterLab's server translates schemas of settings with the catalogues of the installed language pack
alone, where those of other packages are not. The page reads ours by itself, through the entry point
`jupyterlab.locale`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

DOMAIN = "slm_magic"
_LOCALES = Path(__file__).parents[1] / "locale"
# What a context and a message are joined by, as in gettext.
_JOINT = "\x04"


def offer() -> None:
    """Give JupyterLab's server our catalogues, if there is a JupyterLab in this environment."""
    try:
        from jupyterlab_server import translation_utils
    except ImportError:
        return

    class Bundle(translation_utils.TranslationBundle):  # type: ignore[misc]
        """Looks into our catalogue first."""

        def update_locale(self, locale_: str) -> None:
            super().update_locale(locale_)
            ours = _messages(locale_)
            # Without its pack the language cannot be chosen, and all around is in English. To look
            # for packs takes a while, and English needs none.
            chosen = ours and locale_ in translation_utils.get_language_packs()[0]
            self._ours = ours if chosen else {}

        def pgettext(self, msgctxt: str, msgid: str) -> str:
            found = self._ours.get(f"{msgctxt}{_JOINT}{msgid}")
            return found[0] if found else str(super().pgettext(msgctxt, msgid))

    translator = translation_utils.translator
    # Another release may keep them elsewhere: the settings are in English then, and all works.
    with suppress(AttributeError, TypeError):
        # A later `load` of the domain finds it, and a change of language tells it.
        translator._TRANSLATORS[DOMAIN] = Bundle(DOMAIN, translator._LOCALE)


def _messages(locale: str) -> dict[str, Any]:
    path = _LOCALES / locale / "LC_MESSAGES" / f"{DOMAIN}.json"
    if not path.is_file():
        return {}
    messages: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return messages
