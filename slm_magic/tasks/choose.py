"""Which model a task runs on when the caller names none."""

from __future__ import annotations

from ..catalog import Kind, Task, cards
from ..errors import ModelNotInstalledError, OptionError
from ..store import Installed, Store


def model(task: Task, name: str | None, *, kind: Kind | None = None) -> Installed:
    """Return the installed model that `task` is to run on.

    Parameters
    ----------
    name
        A name or a folder; None takes the first installed model that does the task, the
        catalogue's in its order first.
    kind
        What kind of model is needed.

    Raises
    ------
    ModelNotInstalledError
        If there is none, naming the pull that gets one.
    OptionError
        If the named model is of another kind or does another job.
    """
    store = Store.default()
    if name is not None:
        found = store.resolve(name)
        if (kind is not None and found.card.kind != kind) or task not in found.card.tasks:
            raise OptionError(
                f"{found.name!r} is {found.card.described}; "
                f"it cannot {task} this way. See: %slm models --task {task}"
            )
        return found
    fit = [card for card in cards() if task in card.tasks and kind in (None, card.kind)]
    installed = {found.name: found for found in store.list()}
    for card in fit:
        # Models that invent are in the catalogue for a quick look, never as a default.
        if card.name in installed and card.starter:
            return installed[card.name]
    for found in installed.values():
        if task in found.card.tasks and kind in (None, found.card.kind) and found.card.default:
            return found
    get = next((card.name for card in fit if card.starter), fit[0].name if fit else "")
    raise ModelNotInstalledError(
        f"No model for {task} is installed; run: %slm pull {get} (in a shell: slm-magic pull {get})"
    )
