"""The server extension: who may ask, what is answered, what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import fakes
import pytest
import requests
from jupyter_server.auth import Authorizer
from lab_server import PATIENCE, TOKEN, LabServer

import slm_magic
from slm_magic import engine, library, settings
from slm_magic.commands import manage
from slm_magic.commands.table import COMMANDS
from slm_magic.errors import (
    ConversionError,
    DiskFullError,
    EmptyTextError,
    FlaggedError,
    IntegrityError,
    LanguageError,
    ModelLoadError,
    OfflineError,
    OptionError,
    SlmMagicError,
    UnknownModelError,
)
from slm_magic.server import paths, schemas, work
from slm_magic.server.problems import Refusal, problem_of
from slm_magic.server.routes import PREFIX, ROUTES

ROOT = Path(__file__).parents[2]
FILLED = {"{name}": "minilm-l6", "{task}": "translate", "{id}": "0" * 32}


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


# From the table of routes, so that a new one is asked too.
VERBS = [(verb, filled(route.path)) for route in ROUTES for verb in route.verbs]
VERBS += [(verb, "/no/such/thing") for verb in ("get", "post", "put", "patch", "delete")]


def refused(answer: requests.Response, status: int, reason: str) -> dict[str, Any]:
    """Check a refusal and return it."""
    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found["reason"]) == (status, reason), found
    assert found["version"] == 1 and found["message"]
    assert "\n" not in found["message"] + found["mends"]
    return found


def test_every_route_has_a_verb_and_the_version_in_its_address() -> None:
    assert all(route.verbs for route in ROUTES)
    assert PREFIX == "/slm-magic/api/v1"


@pytest.mark.parametrize(("verb", "path"), VERBS)
def test_nothing_is_answered_without_a_token(server: LabServer, verb: str, path: str) -> None:
    for headers in ({}, {"Authorization": "token wrong"}, {"Referer": server.base + "/lab"}):
        answer = requests.request(
            verb, server.url(path), headers=headers, data=b"{}", timeout=PATIENCE
        )
        refused(answer, 403, "forbidden")
    assert server.ask(verb, path, b"{}", stream=True).status_code != 403


@pytest.mark.parametrize(("verb", "path"), VERBS)
def test_a_login_needs_the_xsrf_token_too(server: LabServer, verb: str, path: str) -> None:
    session = server.login()
    for headers in ({}, {"X-XSRFToken": "wrong"}, {"X-XSRFToken": "2|aa|bb|1"}):
        answer = session.request(
            verb, server.url(path), headers=headers, data=b"{}", timeout=PATIENCE
        )
        refused(answer, 403, "forbidden")
    good = {"X-XSRFToken": session.cookies["_xsrf"]}
    answer = session.request(
        verb, server.url(path), headers=good, data=b"{}", timeout=PATIENCE, stream=True
    )
    assert answer.status_code != 403


@pytest.mark.parametrize(("verb", "path"), VERBS)
def test_no_browser_keeps_an_answer(server: LabServer, verb: str, path: str) -> None:
    for answer in (
        server.ask(verb, path, b"{}", stream=True),
        requests.request(verb, server.url(path), data=b"{}", timeout=PATIENCE),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        answer.close()


@pytest.mark.parametrize(("verb", "path"), VERBS)
def test_jupyters_authorizer_is_asked(
    server: LabServer, verb: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    class Nobody(Authorizer):
        def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
            asked.append((action, resource))
            return False

    monkeypatch.setitem(server.app.web_app.settings, "authorizer", Nobody())
    refused(server.ask(verb, path, b"{}"), 403, "forbidden")
    assert asked == [("read" if verb == "get" else "write", "slm_magic")]


def test_a_page_of_another_site_is_refused(server: LabServer) -> None:
    session = server.login()
    headers = {"X-XSRFToken": session.cookies["_xsrf"], "Origin": "http://elsewhere.example"}
    for verb, path in (("get", "/models"), ("post", "/jobs")):
        answer = session.request(
            verb, server.url(path), headers=headers, data=b"{}", timeout=PATIENCE
        )
        assert answer.status_code in (403, 404)


def test_unknown_addresses_and_verbs_are_refused_in_json(server: LabServer) -> None:
    refused(server.ask("get", "/nothing"), 404, "not_found")
    refused(server.ask("get", "/jobs/xyz"), 404, "not_found")
    refused(server.ask("patch", "/jobs"), 405, "method_not_allowed")
    refused(server.ask("get", "/jobs/" + "0" * 32), 404, "no_such_job")


def test_status_tells_what_is_loaded_and_allowed(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "loaded", lambda: {"minilm-l6": 24_000_000})
    found = server.get("/status")
    assert found["version"] == 1 and found["slm_magic"] == slm_magic.__version__
    assert found["loaded"] == [{"name": "minilm-l6", "bytes": 24_000_000}]
    assert found["memory"]["process"] > 10_000_000
    assert found["offline"] is False
    assert found["jobs"] == {"waiting": 0, "running": 0}
    assert found["limits"] == {"waiting_jobs": 16, "body_bytes": 2_000_000, "rows": 10_000}
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert server.get("/status")["offline"] is True


def test_models_are_listed_and_told(server: LabServer) -> None:
    listed = {row["name"]: row for row in server.get("/models")["models"]}
    assert set(listed) == {row["name"] for row in library.models()}
    one = listed["minilm-l6"]
    assert one["installed"] is False and one["download"] == 83_506_384 and one["title"]
    assert one["pattern"] is False and one["removable"] is False and one["pairs"] == []
    assert listed["pii-minilm"]["requires"] == ["minilm-l6"]
    family = listed["opus-mt-{source}-{target}"]
    assert family["pattern"] is True and family["title"] == "OPUS-MT {source} to {target}"
    assert {"en", "fr"} < set(family["languages"]) and family["pairs"] == []
    facts = {fact["field"]: fact["value"] for fact in server.get("/models/minilm-l6")["facts"]}
    assert facts["licence"] == "Apache-2.0" and facts["installed"] is False
    told = refused(server.ask("get", "/models/minilm-l7"), 404, "unknown_model")
    assert "minilm-l6" in told["message"]


def test_removing_frees_the_disk_and_the_default(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(server.ask("delete", "/models/minilm-l6"), 404, "model_not_installed")
    monkeypatch.setattr(library.Store, "remove", lambda self, name: 1234)
    settings.keep("summarize_model", "minilm-l6")
    assert server.ask("delete", "/models/minilm-l6").json() == {"version": 1, "freed": 1234}
    assert settings.kept() == {}


def test_a_default_is_kept_for_new_sessions(
    server: LabServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = fakes.FakeSeq2Seq(name="mine", tasks=("translate",))
    monkeypatch.setattr(manage, "Store", fakes.Store(model))
    body = {"model": "mine"}
    refused(server.ask("put", "/defaults/redact", body), 422, "option")
    refused(server.ask("put", "/defaults/nothing", body), 404, "not_found")
    refused(server.ask("put", "/defaults/translate", {"model": "no"}), 404, "unknown_model")
    found = server.ask("put", "/defaults/translate", body).json()["defaults"]
    assert found["translate"] == {"kept": "mine", "in_force": "mine"}
    # What a new kernel reads.
    assert settings.read(tmp_path, {}) == {"translate_model": "mine"}
    assert work.task("translate", {"text": "a", "target": "fr"}, None).model == "mine"
    monkeypatch.setenv("SLM_MAGIC_TRANSLATE_MODEL", "other")
    found = server.get("/defaults")["defaults"]
    assert found["translate"] == {"kept": "mine", "in_force": "other"}
    server.ask("delete", "/defaults/translate")
    assert settings.kept() == {}


def test_a_magic_in_a_running_session_sees_the_new_default(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    from slm_magic.magics import SlmMagics

    magics = SlmMagics(InteractiveShell())
    assert "redact_model" not in magics.defaults()
    model = fakes.FakeCausal(name="mine", tasks=("redact",))
    monkeypatch.setattr(manage, "Store", fakes.Store(model))
    assert server.ask("put", "/defaults/redact", {"model": "mine"}).status_code == 200
    assert magics.defaults()["redact_model"] == "mine"


def test_a_setting_that_cannot_be_used_is_told(server: LabServer) -> None:
    settings.file().parent.mkdir(parents=True)
    settings.file().write_text("{", encoding="utf-8")
    for verb, path, body in (
        ("get", "/defaults", None),
        ("post", "/jobs", {"task": "redact", "text": "a"}),
    ):
        told = refused(server.ask(verb, path, body), 422, "option")
        assert "settings.json" in told["message"]


def test_unloading_tells_what_was_unloaded(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(engine, "unload", lambda name: asked.append(name) or [name or "all"])
    assert server.ask("post", "/unload", {"model": "a"}).json()["unloaded"] == ["a"]
    assert server.ask("post", "/unload", {}).json()["unloaded"] == ["all"]
    assert asked == ["a", None]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff{}", "not JSON"),
        (b'{"task": NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 5000, "not JSON"),
        (b"[]", "'task' must be one of"),
        (b'{"task": ["translate"]}', "'task' must be one of"),
        ({"task": "redact"}, "lacks the field 'text'"),
        ({"task": "translate", "text": "secret"}, "lacks the field 'target'"),
        ({"task": "redact", "text": ""}, "'text' must not be empty"),
        ({"task": "redact", "text": []}, "'text' must not be empty"),
        ({"task": "redact", "text": 7}, "'text' must be of type string or array"),
        ({"task": "redact", "text": ["secret", 7]}, "'text', row 1 must be of type string or null"),
        ({"task": "redact", "text": "secret", "secret": 1}, "has a field that is not known"),
        ({"task": "redact", "text": "secret", "strict": True}, "has a field that is not known"),
        ({"task": "redact", "text": "a", "operator": "secret"}, "must be tag, mask, hash, fake"),
        ({"task": "summarize", "text": "a", "sentences": 0}, "must be at least 1"),
        ({"task": "summarize", "text": "a", "sentences": 1.0}, "must be of type integer"),
        ({"task": "summarize", "text": "a", "sentences": True}, "must be of type integer"),
        (
            {"task": "translate", "text": "a", "target": "fr", "beam_size": 10**30},
            "must be at most 32",
        ),
        (
            {"task": "translate", "text": "a", "target": "fr", "cache": "/secret"},
            "Field 'cache' must be of type boolean",
        ),
        (
            {"task": "translate", "text": "a", "target": "fr", "glossary": {"secret": 7}},
            "Field 'glossary' must be of type string",
        ),
        ({"task": "redact", "text": "a", "model": "secret" * 100}, "has more than 500"),
    ],
)
def test_a_body_that_is_not_as_described_is_told_without_a_word_of_it(
    server: LabServer, body: Any, told: str
) -> None:
    answer = server.ask("post", "/jobs", body)
    found = refused(answer, 400, "not_json" if told == "not JSON" else "schema")
    assert told in found["message"]
    assert "secret" not in answer.text
    assert "secret" not in server.log.text


def test_a_body_that_is_too_large_is_refused(server: LabServer) -> None:
    body = {"task": "redact", "text": "a" * 2_000_000}
    told = refused(server.ask("post", "/jobs", body), 413, "too_large")
    assert "2,000,000 are allowed" in told["message"]
    # In pieces, without its length ahead.
    pieces = (b"a" * 100_000 for _ in range(30))
    answer = requests.post(
        server.url("/jobs"),
        data=pieces,
        headers={"Authorization": f"token {TOKEN}"},
        timeout=PATIENCE,
    )
    refused(answer, 413, "too_large")
    assert server.get("/jobs")["jobs"] == []


def test_the_description_names_every_address_and_verb(server: LabServer) -> None:
    found = server.get("/openapi.json")
    assert found["openapi"].startswith("3.") and found["version"] == 1
    described = {
        (verb, path)
        for path, item in found["paths"].items()
        for verb in item.keys() - {"parameters"}
    }
    assert described == {(verb, route.path) for route in ROUTES for verb in route.verbs}
    verbs = {
        path: item[verb]
        for path, item in found["paths"].items()
        for verb in item
        if verb in ("put", "post")
    }
    assert all(verb["summary"] for verb in verbs.values())
    # All that is to be said of a cancel is in its address.
    bare = [path for path, verb in verbs.items() if "requestBody" not in verb]
    assert bare == ["/jobs/{id}/cancel"]
    references = [
        line.split('"')[0] for line in json.dumps(found).split('"#/components/schemas/')[1:]
    ]
    assert set(references) <= set(found["components"]["schemas"])


def test_schemas_are_schemas_and_take_what_the_tasks_take() -> None:
    from inspect import signature

    from jsonschema import Draft202012Validator

    for name, schema in schemas.schemas().items():
        Draft202012Validator.check_schema(schema)
        if name in ("translate", "summarize", "redact"):
            call = signature(getattr(slm_magic, name))
            assert set(schema["properties"]) - {"task", "text"} <= set(call.parameters)
        if name in schemas.NOTEBOOKS:
            command = COMMANDS[schemas.NOTEBOOKS[name]]
            known = {option.argument for option in command.options}
            own = {"task", "path", "out", "force", "digest", "rejected"}
            assert set(schema["properties"]) - own <= known


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ("..", 403),
        ("../secret.gguf", 403),
        ("below/../../secret.gguf", 403),
        ("/etc/passwd", 403),
        ("//etc/passwd", 403),
        ("~/secret.gguf", 403),
        ("~root", 403),
        ("link/secret.gguf", 403),
        ("link.gguf", 403),
        ("link/nothing.gguf", 403),
        ("C:/secret.gguf", 403),
        ("below\\..\\..\\secret.gguf", 403),
        ("below\0.gguf", 403),
        ("%2e%2e/secret.gguf", 404),
        ("..%2Fsecret.gguf", 404),
        ("%2Fetc%2Fpasswd.gguf", 404),
        ("loop/x.gguf", 404),
        ("nothing.gguf", 404),
        ("x" * 400 + ".gguf", 404),
    ],
)
def test_paths_do_not_lead_out_of_the_root(
    server: LabServer, tmp_path: Path, named: str, status: int
) -> None:
    (server.root.parent / "secret.gguf").write_bytes(b"GGUF")
    below = server.root / "below"
    below.mkdir(exist_ok=True)
    for link, target in (
        ("link", server.root.parent),
        ("link.gguf", server.root.parent / "secret.gguf"),
        ("loop", server.root / "loop"),
    ):
        if not (server.root / link).is_symlink():
            (server.root / link).symlink_to(target)
    with pytest.raises(Refusal) as caught:
        paths.inside(server.root, named)
    assert caught.value.problem.status == status
    bodies: list[dict[str, Any]] = [
        {"task": "pull", "model": named},
        {"task": "redact", "text": "a", "model": named},
        {"task": "translate", "text": "a", "target": "fr", "model": f"opus-mt-en-fr + {named}"},
    ]
    if named not in ("..", "~root"):
        bodies.append({"task": "summarize", "text": "a", "domain": named + "/x.toml"})
    for body in bodies:
        answer = server.ask("post", "/jobs", body)
        assert answer.status_code in (403, 404), (body, answer.text)
        assert answer.json()["reason"] in ("outside_root", "no_such_file", "unknown_model")
        assert str(server.root.parent) not in answer.text
    answer = server.ask("put", "/defaults/translate", {"model": named})
    assert answer.status_code in (403, 404)
    assert settings.kept() == {}
    assert server.get("/jobs")["jobs"] == []


def test_a_server_whose_files_are_not_here_takes_no_paths() -> None:
    with pytest.raises(Refusal) as caught:
        paths.inside(None, "model.gguf")
    assert caught.value.problem.status == 403


def test_paths_below_the_root_are_taken(server: LabServer) -> None:
    folder = server.root / "models" / "mine"
    folder.mkdir(parents=True, exist_ok=True)
    inside = server.root / "inside"
    if not inside.is_symlink():
        inside.symlink_to(folder)
    assert paths.inside(server.root, "models/mine") == folder.resolve()
    assert paths.inside(server.root, "inside") == folder.resolve()
    assert paths.model(server.root, "models/mine") == str(folder.resolve())
    assert paths.model(server.root, "hf:owner/name") == "hf:owner/name"
    assert (
        paths.models(server.root, "opus-mt-fr-en + opus-mt-en-de") == "opus-mt-fr-en+opus-mt-en-de"
    )
    assert paths.domain(server.root, "finance") == "finance"


def test_a_bare_name_is_no_folder_where_the_server_was_started(
    server: LabServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "model.bin").write_bytes(b"")
    (tmp_path / "a+b").mkdir()
    (tmp_path / "a+b" / "model.bin").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    for named in ("elsewhere", " elsewhere ", "a+b"):
        with pytest.raises(Refusal) as caught:
            paths.models(server.root, named)
        assert caught.value.problem.status == 404
    refused(server.ask("get", "/models/elsewhere"), 404, "unknown_model")


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2F..%2Fetc", "%2Fetc%2Fpasswd", "~", "a%00b"])
def test_names_in_addresses_are_no_paths(server: LabServer, name: str) -> None:
    for verb in ("get", "delete"):
        # As it is: requests would resolve the dots.
        request = requests.Request(
            verb, server.url("/models/x"), headers={"Authorization": f"token {TOKEN}"}
        )
        prepared = request.prepare()
        prepared.url = server.url("/models/") + name
        with requests.Session() as session:
            answer = session.send(prepared, timeout=PATIENCE)
        assert answer.status_code in (404, 405), answer.text
        assert "message" in answer.json()


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (EmptyTextError("x"), 422, "empty_text"),
        (LanguageError("x"), 422, "language"),
        (OptionError("x"), 422, "option"),
        (UnknownModelError("x"), 404, "unknown_model"),
        (ModelLoadError("x"), 422, "model"),
        (ConversionError("x"), 422, "model"),
        (OfflineError("x"), 503, "offline"),
        (DiskFullError("x"), 507, "disk_full"),
        (IntegrityError("x"), 502, "integrity"),
    ],
)
def test_errors_have_a_status_and_a_word(error: SlmMagicError, status: int, reason: str) -> None:
    found = problem_of(error)
    assert (found.status, found.reason, found.message) == (status, reason, "x")


def test_every_error_of_the_package_is_told_as_itself() -> None:
    def tree(kind: type[SlmMagicError]) -> list[type[SlmMagicError]]:
        return [one for child in kind.__subclasses__() for one in (child, *tree(child))]

    kinds = [kind for kind in tree(SlmMagicError) if kind.__module__ == "slm_magic.errors"]
    for kind in kinds:
        error = kind("x", []) if kind is FlaggedError else kind("x")
        assert problem_of(error).reason != "internal", kind


def test_of_an_unforeseen_error_only_the_class_is_told_and_logged(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Any:
        raise KeyError("secret text")

    monkeypatch.setattr(library, "models", fail)
    answer = server.ask("get", "/models")
    assert refused(answer, 500, "internal")["message"].endswith("KeyError.")
    assert "secret" not in answer.text + server.log.text
    assert "KeyError in fail" in server.log.text


def test_jupyter_lists_the_extension_as_enabled_and_ok(tmp_path: Path) -> None:
    # The file that the wheel puts into Jupyter's folder of settings, where pip would put it.
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    shared = (
        '"jupyter-config/slm_magic.json" = "etc/jupyter/jupyter_server_config.d/slm_magic.json"'
    )
    assert shared in pyproject
    folder = tmp_path / "jupyter_server_config.d"
    folder.mkdir()
    table = (ROOT / "jupyter-config" / "slm_magic.json").read_bytes()
    (folder / "slm_magic.json").write_bytes(table)
    env = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER_")}
    env |= {"JUPYTER_CONFIG_DIR": str(tmp_path), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "server", "extension", "list"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "slm_magic" in line]
    assert any("enabled" in line for line in lines), lines
    assert any("OK" in line and slm_magic.__version__ in line for line in lines), lines


def test_the_extension_starts_light() -> None:
    code = (
        "import sys, slm_magic.server\n"
        "slm_magic.server._jupyter_server_extension_points()\n"
        "import slm_magic.server.routes\n"
        "heavy = {'ctranslate2', 'transformers', 'numpy', 'presidio_analyzer', 'pandas', 'torch'}\n"
        "assert heavy.isdisjoint(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)


def test_the_first_status_gets_ready_for_jobs_without_a_model() -> None:
    code = (
        "import sys\n"
        "from slm_magic.server import work\n"
        "assert 'slm_magic.tasks.redact' not in sys.modules\n"
        "work.warm()\n"
        "assert {f'slm_magic.tasks.{t}' for t in ('translate', 'summarize', 'redact')} <= set(sys.modules)\n"
        "heavy = {'ctranslate2', 'transformers', 'presidio_analyzer', 'pandas', 'torch'}\n"
        "assert heavy.isdisjoint(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)
