"""Bring the catalogues of translations in line with the sources.

    python labextension/messages.py

Reads every `trans.__()`, `_n()`, `_p()` and `_np()` of `src/` and what JupyterLab translates of
`schema/`, adds to each `slm_magic/locale/*/LC_MESSAGES/slm_magic.po` what is new, with an empty
translation, takes out what is gone, and writes the `.json` beside it, which JupyterLab reads.
Ends with 1 and a list while translations are missing. Needs JupyterLab, and Babel with it.
"""

from __future__ import annotations

import copy
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jupyterlab_server.translation_utils import translator

HERE = Path(__file__).parent
LOCALES = HERE.parent / "slm_magic" / "locale"
DOMAIN = "slm_magic"
KEYWORDS = {"__": None, "_n": (1, 2), "_p": ((1, "c"), 2), "_np": ((1, "c"), 2, 3)}
CALLS = re.compile(r"\.(?:__|_n|_p|_np)\(")
# What a context and a message are joined by, as in gettext.
JOINT = "\x04"

# Where it is used; the message, or its singular and plural; its context.
Found = tuple[str, "str | tuple[str, str]", "str | None"]


def of_sources(folder: Path) -> Iterator[Found]:
    """Yield what the TypeScript of a folder lets translate."""
    for path in sorted(folder.rglob("*.ts*")):
        source = path.read_bytes()
        found = list(extract("javascript", io.BytesIO(source), KEYWORDS, options={"jsx": "true"}))
        calls = len(CALLS.findall(source.decode("utf-8")))
        where = path.relative_to(folder.parent).as_posix()
        if len(found) != calls:
            raise ValueError(f"{where}: {calls} calls, but {len(found)} with plain strings in them")
        for _, message, _, context in found:
            yield where, tuple(message) if isinstance(message, (tuple, list)) else message, context


class _Listener:
    """In the place of a catalogue: hears what JupyterLab's server looks up for a schema."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def pgettext(self, context: str, message: str) -> str:
        self.heard.append((context, message))
        return message


def of_schemas(folder: Path) -> Iterator[Found]:
    """Yield what JupyterLab's server translates of the schemas of a folder."""
    for path in sorted(folder.glob("*.json")):
        schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        where = path.relative_to(folder.parent).as_posix()
        domain = schema.get("jupyter.lab.internationalization", {}).get("domain")
        if domain != DOMAIN:
            raise ValueError(f'{where} needs "jupyter.lab.internationalization": '
                             f'{{ "domain": "{DOMAIN}" }}')  # fmt: skip
        listener = _Listener()
        translator._translate_schema_strings(listener, copy.deepcopy(schema))
        for context, message in listener.heard:
            yield where, message, context


def template() -> Catalog:
    """Return all that can be translated."""
    catalog = Catalog(domain=DOMAIN)
    for where, message, context in [*of_sources(HERE / "src"), *of_schemas(HERE / "schema")]:
        catalog.add(message, locations=[(where, None)], context=context)
    return catalog


def read(path: Path) -> Catalog:
    """Return a catalogue of translations."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, domain=DOMAIN)


def untranslated(catalog: Catalog) -> list[str]:
    """Return the messages that have no translation, or half of one."""
    missing = []
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(strings)):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def as_json(catalog: Catalog) -> str:
    """Return what JupyterLab reads; it takes the language with a hyphen."""
    about = {
        "domain": DOMAIN,
        "language": str(catalog.locale).replace("_", "-"),
        "plural_forms": catalog.plural_forms,
    }
    table: dict[str, object] = {}
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and all(strings) and not message.fuzzy:
            key = message.id if isinstance(message.id, str) else message.id[0]
            table[f"{message.context}{JOINT}{key}" if message.context else key] = list(strings)
    ordered = {"": about, **dict(sorted(table.items()))}
    return json.dumps(ordered, ensure_ascii=False, indent=2) + "\n"


def as_po(catalog: Catalog) -> bytes:
    """Return the readable form: by place, without the dates and names that gettext's tools keep."""
    file = io.BytesIO()
    write_po(file, catalog, sort_by_file=True, omit_header=True, include_lineno=False,
             ignore_obsolete=True, width=100)  # fmt: skip
    header = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalog.locale}\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return header.encode() + file.getvalue()


def main() -> int:
    everything = template()
    missing: list[str] = []
    for path in sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        catalog = read(path)
        catalog.update(everything, no_fuzzy_matching=True)
        path.write_bytes(as_po(catalog))
        path.with_suffix(".json").write_text(as_json(read(path)), encoding="utf-8")
        missing += [f"{path.parents[1].name}: {message}" for message in untranslated(catalog)]
    print("\n".join(missing) or f"{len(everything)} messages, all translated")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
