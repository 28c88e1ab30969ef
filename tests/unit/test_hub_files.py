"""Files of the Hub: resumed after a cut, held against the record, also behind odd mirrors."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest
from hub_server import COMMIT, Hub, serve
from wheelhouse import model_bin, sha256

from slm_magic.errors import IntegrityError, OfflineError, PackageNotFoundError, PullError
from slm_magic.sources import hub_file
from slm_magic.store import Installed, Store

SPEC = "hf:someone/tiny-model"
NEEDED = ["config.json", "model.bin", "tokenizer.json"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_file, "WAITS", (0.01, 0.01, 0.01))


def pull(store: Store, spec: str = SPEC) -> Installed:
    return store.pull(spec, probe=lambda *_: None, progress=False)


def parts(store: Store) -> list[Path]:
    return list((store.staging("tiny-model") / "hub-parts").iterdir())


@pytest.mark.parametrize("reset", [False, True])
def test_a_cut_pull_goes_on_where_it_was_cut(hub: Hub, store: Store, reset: bool) -> None:
    hub.files["model.bin"] = model_bin(1, 400_000)
    hub.reset = reset
    # At the same place more often than the patience of one pull lasts.
    hub.cuts["model.bin"] = [150_000] * (12 if reset else 4)
    with pytest.raises(OfflineError, match="the connection breaks off") as caught:
        pull(store)
    assert "\n" not in str(caught.value)
    assert store.list() == [] and store.get("tiny-model") is None
    [part] = parts(store)
    kept = part.stat().st_size
    # A reset may take with it what was sent but not read yet.
    assert kept == 150_000 if not reset else 0 < kept <= 150_000

    hub.sent.clear(), hub.bytes_sent.clear(), hub.asked.clear(), hub.cuts.clear()
    found = pull(store)
    assert found.sha256 == sha256(hub.files["model.bin"]) and store.verify("tiny-model") == ()
    # Only the rest of the one file was asked for and sent.
    assert hub.sent == ["model.bin"]
    assert hub.bytes_sent["model.bin"] == len(hub.files["model.bin"]) - kept
    assert hub.asked[-1][2]["Range"] == f"bytes={kept}-"


def test_one_pull_outlives_ten_cuts_at_random_places(hub: Hub, store: Store) -> None:
    hub.files["model.bin"] = model_bin(2, 300_000)
    seeded = random.Random(3)
    for name in ("model.bin", "tokenizer.json"):
        places = seeded.sample(range(1, len(hub.files[name])), 5)
        hub.cuts[name] = sorted(places)
    cuts = {name: list(places) for name, places in hub.cuts.items()}
    pull(store)
    print(f"cut at {cuts}")
    assert hub.cuts == {"model.bin": [], "tokenizer.json": []}
    assert store.verify("tiny-model") == ()
    # No byte came twice.
    assert hub.bytes_sent == {name: len(hub.files[name]) for name in NEEDED}


def test_a_server_that_falls_silent_is_asked_again(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    hub.files["model.bin"] = model_bin(1, 200_000)
    hub.stall = True
    hub.cuts["model.bin"] = [90_000]
    assert pull(store).sha256 == sha256(hub.files["model.bin"])
    assert hub.bytes_sent["model.bin"] == len(hub.files["model.bin"])


def test_a_server_that_knows_no_ranges_sends_all_again(hub: Hub, store: Store) -> None:
    hub.files["model.bin"] = model_bin(1, 200_000)
    hub.ranges = False
    hub.cuts["model.bin"] = [90_000]
    pull(store)
    assert hub.bytes_sent["model.bin"] == 90_000 + len(hub.files["model.bin"])
    assert store.verify("tiny-model") == ()


def test_a_damaged_beginning_is_thrown_away_once(hub: Hub, store: Store) -> None:
    hub.files["model.bin"] = model_bin(1, 200_000)
    hub.cuts["model.bin"] = [90_000] * 4
    with pytest.raises(OfflineError):
        pull(store)
    [part] = parts(store)
    data = bytearray(part.read_bytes())
    data[1000] ^= 1
    part.write_bytes(data)
    hub.sent.clear()
    # The rest, and as that does not fit, the whole.
    assert pull(store).sha256 == sha256(hub.files["model.bin"])
    assert hub.sent == ["model.bin"] * 2


def test_a_part_longer_than_the_file_is_no_part_of_it(hub: Hub, store: Store) -> None:
    hub.cuts["model.bin"] = [3000] * 4
    with pytest.raises(OfflineError):
        pull(store)
    [part] = parts(store)
    part.write_bytes(bytes(9000))
    hub.sent.clear()
    assert pull(store).sha256 == sha256(hub.files["model.bin"])
    assert hub.sent == ["model.bin"]


def test_a_staged_file_that_was_damaged_since_comes_again(hub: Hub, store: Store) -> None:
    hub.cuts["model.bin"] = [3000] * 4
    with pytest.raises(OfflineError):
        pull(store)
    staged = store.staging("tiny-model") / "hub"
    assert {path.name for path in staged.iterdir()} == {"config.json", "tokenizer.json"}
    (staged / "tokenizer.json").write_bytes(b"x" * len(hub.files["tokenizer.json"]))
    hub.sent.clear()
    pull(store)
    assert hub.sent == ["tokenizer.json", "model.bin"]
    assert store.verify("tiny-model") == ()


def test_a_branch_that_moved_between_two_pulls_gives_no_mixture(hub: Hub, store: Store) -> None:
    hub.cuts["model.bin"] = [3000] * 4
    with pytest.raises(OfflineError):
        pull(store)
    hub.commit = "f" * 40
    hub.files |= {"config.json": b'{"new": 1}', "vocab.json": b"{}"}
    del hub.files["tokenizer.json"]
    hub.files["tokenizer.json"] = b"{}"
    hub.sent.clear(), hub.bytes_sent.clear()
    found = pull(store)
    assert found.revision == "f" * 40
    for name in ("config.json", "tokenizer.json", "model.bin"):
        assert (found.folder / name).read_bytes() == hub.files[name]
    # What has not changed is known by its hash, not by its commit.
    assert hub.bytes_sent["model.bin"] == len(hub.files["model.bin"]) - 3000


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("how", ["lie", "padded"])
def test_no_file_is_used_that_is_not_as_recorded(
    hub: Hub, store: Store, name: str, how: str
) -> None:
    getattr(hub, how).add(name)
    with pytest.raises(IntegrityError, match=f"{name} of someone/tiny-model is not what") as caught:
        pull(store)
    assert "\n" not in str(caught.value)
    assert store.list() == [] and parts(store) == []
    assert not (store.staging("tiny-model") / "hub" / name).exists()
    # It was asked for once, and is not taken for good when it is asked for again.
    assert hub.sent.count(name) == 1
    with pytest.raises(IntegrityError):
        pull(store)
    getattr(hub, how).clear()
    assert pull(store).sha256 == sha256(hub.files["model.bin"])


def test_only_what_is_needed_is_asked_for(hub: Hub, store: Store) -> None:
    hub.files |= dict.fromkeys(("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "rust_model.ot", "model.onnx", "onnx/config.json", "training_args.bin", "optimizer.pt", "handler.py", "run.sh", "data.pkl", ".gitattributes", "sub/tokenizer.json"), b"n" * 1500)  # fmt: skip
    pull(store)
    assert sorted(hub.sent) == NEEDED
    # The listing once, then each file once: nothing is asked for beside them.
    assert [method for method, *_ in hub.asked] == ["GET"] * 4


def test_a_branch_is_resolved_once(hub: Hub, store: Store) -> None:
    hub.tags = {"refs/pr/1"}
    found = pull(store, f"{SPEC}@refs/pr/1")
    assert found.revision == COMMIT
    paths = [path for _, path, _ in hub.asked]
    assert "/revision/refs%2Fpr%2F1" in paths[0]
    assert all(f"/resolve/{COMMIT}/" in path for path in paths[1:]) and len(paths) == 4


@pytest.mark.parametrize("name", ["..\\evil.json", "C:evil.json", "../evil.json", "/evil.json"])
def test_no_name_of_the_listing_leaves_the_folder(hub: Hub, store: Store, name: str) -> None:
    hub.files[name] = b"{}"
    found = pull(store)
    assert sorted(hub.sent) == NEEDED
    assert sorted(path.name for path in found.folder.iterdir()) == NEEDED


def test_no_way_but_plain_http_is_taken(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each answer offers Xet's storage; its client would go to a third place with the token.
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Xet was asked")

    import huggingface_hub.file_download

    monkeypatch.setattr(huggingface_hub.file_download, "xet_get", refuse)
    pull(store)
    assert "hf_xet" not in sys.modules or sorted(hub.sent) == NEEDED
    assert sorted(hub.sent) == NEEDED


def no_linked_headers(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name == "ETag"}


def no_blobs(table: dict[str, Any]) -> dict[str, Any]:
    """An entry as it is where a mirror does not hand on what was asked of the files."""
    return {key: value for key, value in table.items() if key not in ("size", "blobId", "lfs")}


def test_a_mirror_without_the_hubs_own_headers_will_do(hub: Hub, store: Store) -> None:
    hub.headers = no_linked_headers
    assert pull(store).revision == COMMIT and store.verify("tiny-model") == ()


def test_a_mirror_below_a_path(hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.prefix = "mirrors/models/"
    with pytest.raises(PackageNotFoundError, match=r"^The Hub at .* has no someone/tiny-model, or"):
        pull(store)
    monkeypatch.setenv("HF_ENDPOINT", f"{hub.url}/mirrors/models/")
    assert pull(store).revision == COMMIT
    assert len(hub.asked) == 5


def test_a_mirror_that_lists_names_only_will_do_if_it_tells_hashes(hub: Hub, store: Store) -> None:
    hub.listing = no_blobs
    assert pull(store).sha256 == sha256(hub.files["model.bin"])
    assert store.verify("tiny-model") == ()


def test_the_plain_etag_of_such_a_mirror_may_be_another_hash(hub: Hub, store: Store) -> None:
    hub.listing = no_blobs
    hub.headers = lambda headers: {**headers, "ETag": f'"{"e" * 64}"'}
    assert pull(store).sha256 == sha256(hub.files["model.bin"])


def test_a_mirror_that_tells_hashes_and_no_sizes(hub: Hub, store: Store) -> None:
    hub.listing = lambda table: {key: one for key, one in table.items() if key != "size"}
    hub.cuts["config.json"] = [1] * 4
    with pytest.raises(OfflineError, match="breaks off"):
        pull(store)
    # The kill that comes when all bytes are there and the file is not yet in its place.
    [part] = parts(store)
    part.write_bytes(hub.files["config.json"])
    pull(store)
    assert store.verify("tiny-model") == ()


@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_hashes_of_such_a_mirror_are_checked(hub: Hub, store: Store, name: str) -> None:
    hub.listing = no_blobs
    hub.lie.add(name)
    with pytest.raises(IntegrityError, match=f"{name} of someone/tiny-model is not what"):
        pull(store)
    assert store.list() == []


def test_a_mirror_that_tells_no_hash_at_all_is_refused(hub: Hub, store: Store) -> None:
    hub.listing = no_blobs
    hub.headers = lambda _: {"ETag": '"1234-abcd"'}
    with pytest.raises(IntegrityError, match=r"tells no hash of .*set HF_ENDPOINT") as caught:
        pull(store)
    assert "\n" not in str(caught.value) and store.list() == []


def test_a_mirror_that_tells_no_commit(hub: Hub, store: Store) -> None:
    hub.listing = lambda table: {key: value for key, value in table.items() if key != "sha"}
    with pytest.raises(PullError, match=rf"which commit main .* pull {SPEC}@COMMIT"):
        pull(store)
    assert hub.sent == []
    assert pull(store, f"{SPEC}@{COMMIT}").revision == COMMIT


def test_a_commit_that_is_another_is_refused(hub: Hub, store: Store) -> None:
    asked = "a" * 40
    hub.tags.add(asked)
    with pytest.raises(IntegrityError, match=f"Commit {asked[:12]}"):
        pull(store, f"{SPEC}@{asked}")
    assert hub.sent == []


def test_large_files_elsewhere_come_without_the_token(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secretsecret")
    hub.token = "hf_secretsecret"
    with serve(Hub(hub.files)) as storage:
        hub.elsewhere = storage.url
        storage.cuts["model.bin"] = [2000]
        pull(store)
    assert sorted({path.rpartition("/")[2] for _, path, _ in storage.asked}) == [
        "model.bin",
        "tokenizer.json",
    ]
    assert all("Authorization" not in headers for *_, headers in storage.asked)
    assert all(headers["Authorization"] == "Bearer hf_secretsecret" for *_, headers in hub.asked)
    assert storage.bytes_sent["model.bin"] == len(hub.files["model.bin"])
