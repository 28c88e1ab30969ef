"""`Store`: find, list, remove and check models; `pulling` puts them there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

from .. import catalog
from ..catalog import ModelCard
from ..errors import (
    ModelError,
    ModelNotInstalledError,
    OptionError,
    UnknownModelError,
    did_you_mean,
)
from ..sources.disk import disk_errors, sha256_of
from ..sources.hub_name import HubName, is_hub
from ..stopping import pause
from .describe import (
    check_name,
    check_package_model,
    is_name,
    local_folder,
    looks_like_path,
    package_model,
)
from .installed import MANIFEST, Installed, list_files, read_installed, read_manifest

Probe = Callable[[Path, ModelCard], None]


class Store:
    """The models in a folder of one's own, and in shared folders that are only read.

    Parameters
    ----------
    home
        Where models are pulled to. It need not exist yet.
    shared
        Homes of others, looked at after `home`, in order.
    """

    def __init__(self, home: Path, shared: Sequence[Path] = ()) -> None:
        self.home = home
        self.shared = tuple(shared)

    @classmethod
    def default(cls) -> Store:
        """Return the store that the environment names.

        ``SLM_MAGIC_HOME``, else the user's data folder; then the folders of ``SLM_MAGIC_PATH``.
        """
        given = os.environ.get("SLM_MAGIC_HOME", "").strip()
        if given:
            home = Path(given).expanduser().absolute()
        else:
            import platformdirs

            home = platformdirs.user_data_path("slm-magic", appauthor=False)
        listed = os.environ.get("SLM_MAGIC_PATH", "").split(os.pathsep)
        shared = [Path(path.strip()).expanduser().absolute() for path in listed if path.strip()]
        return cls(home, [path for path in shared if path != home])

    def place(self, name: str) -> Path:
        """Return the folder of one model in `home`.

        Raises
        ------
        OptionError
            If `name` could not be a model's, such as ``..``.
        """
        check_name(name)
        return self.home / "models" / name

    def staging(self, name: str) -> Path:
        """Return where a pull of `name` keeps what it has finished."""
        check_name(name)
        return self.home / "staging" / name

    def pull(
        self,
        name_or_path: str | Path,
        *,
        probe: Probe,
        name: str | None = None,
        force: bool = False,
        progress: bool = True,
    ) -> Installed:
        """Install a model: download, verify, convert, try out, and only then show it.

        Parameters
        ----------
        name_or_path
            A name of the catalogue, what `HubName` reads (``hf:owner/name@revision``), or a path
            to a CTranslate2 or Argos folder, a checkpoint folder, or a ``.gguf``, ``.argosmodel``
            or ``.slm`` file.
        probe
            Called with the finished folder and its card; an exception stops the pull.
        name
            What to call a model that is not of the catalogue.
        force
            Pull again although it is installed, or although a model from elsewhere has its name.
            The old one stays until the new one is whole.
        progress
            Whether to show progress bars.

        Raises
        ------
        UnknownModelError
            If there is no such name.
        PullError
            One of its subclasses; whatever was installed before is still there.
        ConversionError
            If the files cannot be converted.
        OptionError
            If the name cannot be used, or a model from elsewhere has it.
        """
        from .pulling import pull

        return pull(self, name_or_path, probe=probe, name=name, force=force, show=progress)

    def export(self, name: str, path: Path, *, force: bool = False, progress: bool = True) -> Path:
        """Write an installed model into one file, which `pull` takes on another machine.

        Its files are held against their hashes meanwhile, and `path` appears only when it is
        whole.

        Parameters
        ----------
        path
            The file to write, which ends in ``.slm``.
        force
            Replace the file if it exists.
        progress
            Whether to show a progress bar.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ModelNotInstalledError, UnknownModelError
            If the model is not installed.
        OptionError
            If the model is part of slm-magic or was never pulled, or `path` cannot be used.
        IntegrityError
            If a file of the model is not as it was pulled.
        DiskFullError
            If there is no room.
        """
        from .exporting import export

        return export(self, name, path, force=force, show=progress)

    def resolve(self, name: str | Path) -> Installed:
        """Return the installed model of that name, or the CTranslate2 folder at that path.

        Written ``hf:owner/name`` it is the model that was pulled from there, whatever its name.

        Raises
        ------
        ModelNotInstalledError
            If it can be pulled and it is not installed; the message names the pull.
        UnknownModelError
            If nothing knows it.
        ConversionError
            If nothing at that path can be run as it is.
        OptionError
            If it begins with ``hf:`` and is no name of the Hub.
        """
        if looks_like_path(name):
            return local_folder(Path(name))
        name = str(name)
        if is_hub(name):
            asked = HubName.parse(name)
            pulled = [one for one in self.list() if asked.fits(one.card.source, one.revision)]
            if not pulled:
                raise _not_installed(name)
            return pulled[0]
        found = self.get(name)
        if found is not None:
            return found
        try:
            card = catalog.find(name)
        except UnknownModelError:
            mine = [one.name for one in self.list()]
            hint = did_you_mean(name, mine)
            if not hint:
                raise
            raise UnknownModelError(
                f"There is no model named {name!r}.{hint} Installed: {', '.join(mine)}."
            ) from None
        if card.source.kind == "package":
            name = next(need for need in card.requires if self.get(need) is None)
            raise ModelNotInstalledError(
                f"Model {card.name!r} works over {name!r}, which is not installed; "
                f"run: %slm pull {name} (in a shell: slm-magic pull {name})"
            )
        raise _not_installed(name)

    def get(self, name: str) -> Installed | None:
        """Return the installed model of that name, or None.

        Raises
        ------
        ModelLoadError
            If its manifest cannot be understood.
        """
        if not is_name(name):
            return None
        for home in (self.home, *self.shared):
            found = read_installed(home / "models" / name, shared=home != self.home)
            if found is not None:
                return found
        for card in catalog.cards():
            if card.name == name and card.source.kind == "package":
                whole = all(self.get(need) is not None for need in card.requires)
                return package_model(card) if whole else None
        return None

    def list(self) -> list[Installed]:
        """Return every installed model: `home`'s, the shared ones, the shipped ones.

        A model whose manifest cannot be understood is left out; `broken` names it.
        """
        found: dict[str, Installed] = {}
        for home in (self.home, *self.shared):
            for name in _names(home):
                try:
                    one = read_installed(home / "models" / name, shared=home != self.home)
                except ModelError:
                    continue
                if one is not None:
                    found.setdefault(name, one)
        for card in catalog.cards():
            if card.source.kind == "package" and all(need in found for need in card.requires):
                found.setdefault(card.name, package_model(card))
        return list(found.values())

    def broken(self) -> dict[str, str]:
        """Return the models whose manifest cannot be understood, and why."""
        problems = {}
        for home in (self.home, *self.shared):
            for name in _names(home):
                try:
                    read_installed(home / "models" / name, shared=False)
                except ModelError as error:
                    problems[name] = str(error)
        return problems

    def remove(self, name: str) -> int:
        """Delete a model, and what an unfinished pull of it left.

        Returns
        -------
        int
            Bytes that were freed.

        Raises
        ------
        OptionError
            If it lies in a shared folder or is part of slm-magic.
        ModelNotInstalledError, UnknownModelError
            If it is not there.
        """
        if looks_like_path(name):
            raise OptionError("A folder of your own is not slm-magic's to remove; give a name.")
        if is_hub(name):
            raise OptionError(f"Give the model's own name: {self.resolve(name).name}.")
        if not is_name(name):
            self.resolve(name)  # says that there is no such model
        place, staging = self.place(name), self.staging(name)
        if not (place / MANIFEST).exists() and not staging.exists():
            found = self.resolve(name)
            reason = "lies in a shared folder" if found.shared else "is part of slm-magic"
            raise OptionError(f"{name!r} {reason} and cannot be removed.")
        with self.lock(name), disk_errors(self.home):
            freed = sum(file.stat().st_size for f in (place, staging) for file in list_files(f))
            # First the manifest: from then on the model is gone, however far this comes.
            (place / MANIFEST).unlink(missing_ok=True)
            for folder in (place, staging):
                rmtree(folder, ignore_errors=True)
        return freed

    def verify(self, name: str) -> Sequence[str]:
        """Return what differs between a model's files and its manifest; nothing if all is well.

        Raises
        ------
        ModelNotInstalledError, UnknownModelError
            If it is not installed.
        OptionError
            If it is a folder of the user's that was never pulled.
        """
        found = self.resolve(name)
        if found.card.source.kind == "package":
            return check_package_model(found)
        table = read_manifest(found.folder.parent)
        if table is None:
            raise OptionError(
                f"{found.folder.name!r} was never pulled, so there is no record to hold it against; "
                "pull it to have one."
            )
        problems = []
        expected = table["files"]
        for path, file in expected.items():
            there = found.folder / path
            if not there.is_file():
                problems.append(f"{path} is missing")
            elif there.stat().st_size != file["bytes"] or sha256_of(there) != file["sha256"]:
                problems.append(f"{path} has changed")
        present = {p.relative_to(found.folder).as_posix() for p in list_files(found.folder)}
        problems.extend(f"{path} does not belong there" for path in sorted(present - set(expected)))
        return tuple(problems)

    @contextmanager
    def lock(self, name: str, *, wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold a model's lock: one process and thread at a time pulls or removes it.

        Parameters
        ----------
        wait
            Called once if another holds it.
        """
        from filelock import FileLock, Timeout

        with disk_errors(self.home):
            folder = self.home / "locks"
            folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(folder / f"{name}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                if wait is not None:
                    wait()
                # A short poll, so that whoever stops this ends the wait at once.
                while not lock.is_locked:
                    pause(0.2)
                    with suppress(Timeout):
                        lock.acquire(timeout=0)
        try:
            yield
        finally:
            lock.release()


def _not_installed(name: str) -> ModelNotInstalledError:
    return ModelNotInstalledError(
        f"Model {name!r} is not installed; "
        f"run: %slm pull {name} (in a shell: slm-magic pull {name})"
    )


def _names(home: Path) -> Sequence[str]:
    try:
        return sorted(path.name for path in (home / "models").iterdir() if is_name(path.name))
    except OSError:
        return []
