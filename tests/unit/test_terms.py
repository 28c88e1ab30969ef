"""Glossaries: where a text has a term, and whether a translation uses what it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import FakeCausal, FakeSeq2Seq, install, last_user

from slm_magic.tasks.translate import translate
from slm_magic.text.masking import mask, unmask
from slm_magic.text.terms import find_terms, uses


@pytest.mark.parametrize(
    ("text", "terms", "language", "found"),
    [
        ("Watch for side effects.", ["side effect"], "en", ["side effects"]),
        ("Its side-effects are mild.", ["side effect"], "en", ["side-effects"]),
        ("A follow up is needed.", ["follow-up"], "en", ["follow up"]),
        ("Side Effect of the day", ["side effect"], "en", ["Side Effect"]),
        ("The policies and the policy's end", ["policy"], "en", ["policies", "policy's"]),
        ("Powers of attorney", ["power of attorney"], "en", ["Powers of attorney"]),
        # The longest wins, and none is part of a longer word.
        ("Net sales rose, sales fell.", ["sales", "net sales"], "en", ["Net sales", "sales"]),
        ("The category of cats", ["cat"], "en", ["cats"]),
        # Code, links and addresses have no terms; the words of a link do.
        ("Run `side effect` now.", ["side effect"], "en", []),
        ("See [side effects](https://x.org/side effect).", ["side effect"], "en", ["side effects"]),
        # An acronym is no small word.
        ("It is up to us. The US is not.", ["US"], "en", ["US"]),
        ("Les journaux et le journal", ["journal"], "fr", ["journal"]),
        ("Die Verträge und des Vertrages", ["Vertrag"], "de", ["Vertrages"]),
        ("公司的营业收入增长", ["营业收入"], "zh", ["营业收入"]),
        ("Bienvenue à l’école", ["l'école"], "fr", ["l’école"]),
    ],
)
def test_where_a_text_has_a_term(
    text: str, terms: list[str], language: str, found: list[str]
) -> None:
    places = find_terms(text, terms, language=language)
    assert [text[one.start : one.end] for one in places] == found


@pytest.mark.parametrize(
    ("output", "wanted", "language", "used"),
    [
        ("Die Umsätze stiegen.", "Umsatz", "de", True),
        ("Das Umsatzwachstum hielt an.", "Umsatz", "de", True),
        ("Der Nettoumsatz stieg.", "Umsatz", "de", True),
        ("Die Erlöse stiegen.", "Umsatz", "de", False),
        ("Les canaux sont ouverts.", "canal", "fr", True),
        ("Le chiffre d’affaires monte.", "chiffre d'affaires", "fr", True),
        ("Le chiffre monte.", "chiffre d'affaires", "fr", False),
        ("Los márgenes brutos suben.", "margen bruto", "es", True),
        ("Das freie Cashflow-Ziel", "freier Cashflow", "de", True),
        ("公司营业收入增长了。", "营业收入", "zh", True),
        ("公司收入增长了。", "营业收入", "zh", False),
        ("Выручка компании выросла.", "выручка", "ru", True),
        ("Рост выручки компании", "выручка", "ru", True),
        ("Рост прибыли компании", "выручка", "ru", False),
        ("ارتفعت الإيرادات", "إيرادات", "ar", True),
        # Forms, and words that only begin with the same letters.
        ("Die Rezeption ist offen.", "Rezept", "de", False),
        ("Die Rezeptur ist neu.", "Rezept", "de", False),
        ("Die Rezeptionstheke ist neu.", "Rezept", "de", False),
        ("Zwei Rezepte liegen dort.", "Rezept", "de", True),
        ("Trotz des Rezeptes und der Rezepten", "Rezept", "de", True),
        ("Die Rezeptpflicht bleibt.", "Rezept", "de", True),
        ("Die Verträglichkeit ist gut.", "Vertrag", "de", False),
        ("Die Verträge und die Vertragsdauer", "Vertrag", "de", True),
        ("Alle Ergebnisse je Aktie", "Ergebnis je Aktie", "de", True),
        ("Dem Beklagten wurde geschrieben.", "Beklagter", "de", True),
        ("Die Klägerin schrieb.", "Kläger", "de", True),
        ("Die klage wurde gelesen.", "Kläger", "de", False),
        ("Das Umsatzziel und der Nettoumsatz", "umsatz", "de", True),
        ("Die Konten sind leer.", "Konto", "de", True),
        ("Der Kontinent ist groß.", "Konto", "de", False),
        ("Sie wurden gelöscht.", "löschen", "de", True),
        ("Die Dateien sind neu.", "Datei", "de", True),
        ("Es sind nur Daten.", "Datei", "de", False),
        ("The releases were many.", "release", "en", True),
        ("Several policies were read.", "policy", "en", True),
        ("The polite ones came.", "policy", "en", False),
        ("A relative came.", "release", "en", False),
        ("Les suivis sont longs.", "suivi", "fr", True),
        ("Les suivants sont longs.", "suivi", "fr", False),
        ("L'appelant est venu.", "appel", "fr", False),
        ("Des demanderesses", "demandeur", "fr", True),
        ("Les marges brutes montent.", "marge brute", "fr", True),
        ("La marginalité brute monte.", "marge brute", "fr", False),
        ("La versification est belle.", "version", "fr", False),
        ("Les services publics", "service public", "fr", True),
        ("Une autorité publique", "public", "fr", True),
        ("Las recetas nuevas", "receta", "es", True),
        ("El recetario nuevo", "receta", "es", False),
        ("Los poderes notariales", "poder notarial", "es", True),
        ("La demandada y los demandados", "demandado", "es", True),
        ("Las versiones nuevas", "versión", "es", True),
        ("Una casa", "caso", "es", False),
        ("Le cartelle cliniche", "cartella clinica", "it", True),
        ("Un cartello clinico", "cartella clinica", "it", False),
        ("As ações ordinárias", "ação ordinária", "pt", True),
        ("Os contratos anuais", "contrato anual", "pt", True),
        ("De rekeningen zijn betaald.", "rekening", "nl", True),
        ("De jaren en de brieven", "brief", "nl", True),
        ("De winstmarge", "winst", "nl", True),
        # Where no rules are known, the letters that stay decide.
        ("Reseptit ovat täällä.", "resepti", "fi", True),
        # Not in running text: code and addresses do not count.
        ("Voir `demeure` ici.", "demeure", "fr", False),
        ("Voir la demeure ici.", "demeure", "fr", True),
    ],
)
def test_whether_a_translation_uses_a_term(
    output: str, wanted: str, language: str, used: bool
) -> None:
    assert uses(output, wanted, language=language) is used


@pytest.mark.parametrize(
    ("text", "glossary", "restored"),
    [
        (
            "Side effects are rare.",
            {"side effect": "effet secondaire"},
            "Effet secondaire are rare.",
        ),
        ("**Side effects** are rare.", {"side effect": "effet"}, "**Effet** are rare."),
        ("SIDE EFFECTS ARE RARE.", {"side effect": "effet"}, "EFFET ARE RARE."),
        ("Rare side effects", {"side effect": "effet"}, "Rare effet"),
        # What is not to be translated stays in the form that it has.
        ("Two Data Lakes here", {"data lake": "data lake"}, "Two Data Lakes here"),
    ],
)
def test_a_term_in_its_place_has_the_capitals_of_there(
    text: str, glossary: dict[str, str], restored: str
) -> None:
    masked = mask(text, form="bracket", terms=glossary, language="en")
    assert masked.text != text
    assert unmask(masked, masked.text) == restored


@pytest.fixture(params=["causal", "seq2seq"])
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A model that copies, of both kinds; what it is asked is in `.asked`."""
    if request.param == "causal":
        fake: Any = FakeCausal(lambda prompt: fake.answer(last_user(prompt)))
        fake.asked = lambda: [last_user(prompt) for prompt in fake.prompts]
    else:
        fake = FakeSeq2Seq(lambda text: fake.answer(text))
        fake.asked = lambda: fake.prompts
    install(monkeypatch, fake)
    return fake


def french(text: str, glossary: dict[str, str]) -> Any:
    return translate(text, source="en", target="fr", glossary=glossary)


def test_a_term_used_inflected_is_not_put_in_its_place(model: Any) -> None:
    model.answer = lambda _: "Ils ont des effets secondaires."
    result = french("They have side effects.", {"side effect": "effet secondaire"})
    assert result.flags == () and len(model.calls) == 1


def test_a_term_that_is_not_used_is_put_in_its_place(model: Any) -> None:
    model.answer = lambda text: text.replace("They have", "Ils ont des").replace(
        "side effects", "suites"
    )
    result = french("They have side effects.", {"side effect": "effet secondaire"})
    assert result.text == "Ils ont des effet secondaire." and result.flags == ()
    assert len(model.calls) == 2


def test_a_term_that_does_not_come_out_is_flagged(model: Any) -> None:
    model.answer = lambda _: "Ils ont des suites."
    result = french("They have side effects.", {"side effect": "effet secondaire"})
    assert [flag.message for flag in result.flags] == ["1 of the glossary's terms not used."]


def test_of_terms_that_overlap_the_longer_one_counts(model: Any) -> None:
    terms = {"sales": "ventes", "net sales": "chiffre d'affaires net"}
    model.answer = lambda _: "Le chiffre d'affaires net monte."
    assert french("Net sales are up.", terms).flags == ()
    model.answer = lambda _: "Les ventes montent."
    assert french("Net sales are up.", terms).flags


def test_a_name_that_is_not_to_be_translated(model: Any) -> None:
    model.answer = lambda text: text.replace("Blue Oak is here", "Chêne bleu est ici").replace(
        "is here", "est ici"
    )
    result = french("Blue Oak is here.", {"Blue Oak": "Blue Oak"})
    assert result.text == "Blue Oak est ici." and result.flags == ()


def test_a_term_in_a_link_and_one_in_code(model: Any) -> None:
    model.answer = lambda text: (
        text.replace("See", "Voir").replace("and", "et").replace("the side effects", "les suites")
    )
    text = "See [the side effects](https://example.org/a) and `side effect`."
    result = french(text, {"side effect": "effet secondaire"})
    assert "effet secondaire](https://example.org/a)" in result.text
    assert result.text.endswith("`side effect`.")
    assert not any(flag.kind == "markup_changed" for flag in result.flags)


def test_a_term_in_code_alone_is_not_missed(model: Any) -> None:
    model.answer = lambda text: text.replace("Type", "Tapez")
    result = french("Type `side effect` there.", {"side effect": "effet secondaire"})
    assert not any("glossary" in flag.message for flag in result.flags)
    assert all("effet" not in prompt for prompt in model.prompts)
