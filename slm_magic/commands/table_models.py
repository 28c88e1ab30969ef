"""The commands about models, the cache, domains and this installation, and their options."""

from __future__ import annotations

from .spec import HELP, Command, Option

MODEL_COMMANDS = (
    Command(
        "pull",
        "get models; 'starters' gets all that the quickstart needs",
        (
            Option("--force", "force", "get it again, even if it is installed"),
            Option(
                "--name",
                "name",
                "what to call a model of your own, from a path, a file or the Hub",
                "NAME",
                also=("--as",),
            ),
            HELP,
        ),
        names="NAME",
        least=1,
        most=None,
        values=("model",),
    ),
    Command(
        "export",
        "write an installed model into one .slm file, which pull takes on another machine",
        (Option("--force", "force", "replace the file if it exists"), HELP),
        names="NAME FILE",
        least=2,
        most=2,
        values=("installed", "file"),
    ),
    Command(
        "models",
        "list models",
        (
            Option("--task", "task", "only models for this task", "TASK", values="task"),
            Option("--installed", "installed", "only installed models"),
            HELP,
        ),
    ),
    Command(
        "info",
        "tell all about a model: licence, languages, size, source, hash",
        (HELP,),
        names="NAME",
        least=1,
        most=1,
        values=("model",),
    ),
    Command(
        "verify",
        "check an installed model's files against their hashes",
        (HELP,),
        names="NAME",
        least=1,
        most=1,
        values=("installed",),
    ),
    Command(
        "remove",
        "remove an installed model from the disk",
        (HELP,),
        names="NAME",
        least=1,
        most=1,
        values=("installed",),
    ),
    Command(
        "use",
        "make a model this session's default for a task",
        (HELP,),
        names="TASK NAME",
        least=2,
        most=2,
        values=("task", "installed"),
        only="magic",
    ),
    Command(
        "unload",
        "free the memory of one loaded model, or of all",
        (HELP,),
        names="[NAME]",
        least=0,
        most=1,
        values=("installed",),
        only="magic",
    ),
    Command(
        "cache",
        "tell what --cache keeps on disk; 'cache clear' removes it",
        (
            Option(
                "--folder",
                "folder",
                "the folder, where it is one of your own",
                "FOLDER",
                values="file",
            ),
            HELP,
        ),
        names="[clear]",
        most=1,
    ),
    Command("domains", "list domain packs, shipped and your own", (HELP,)),
    Command("doctor", "tell what works here and what is missing", (HELP,)),
)
