"""``equifinal plugin new``: a plugin to start from that installs, registers, and passes its own tests and the checks as it is."""

import importlib.util
import keyword
import sys
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from equifinal.base.files import staging
from equifinal.errors import InputError, did_you_mean
from equifinal.plugin.names import wrong_name

KINDS = ("method", "calibrator", "output", "study")

#: A command that uses a plugin of each kind.
_COMMANDS = {
    "method": "equifinal compare heilongjiang -m fsqca -m my-plugin",
    "calibrator": "equifinal describe my-plugin",
    "output": "equifinal compare heilongjiang -f my-plugin -o report",
    "study": "equifinal compare my-plugin",
}


def new_plugin(name: str, kind: str = "method", single_file: bool = False, folder: Path | None = None) -> Path:
    """Write a plugin to start from.

    Parameters
    ----------
    name
        What users will call it: lower-case letters, digits and hyphens.
    kind
        ``"method"``, ``"calibrator"``, ``"output"`` or ``"study"``.
    single_file
        One ``.py`` file instead of a package, for ``--plugin FILE``; not for a study, which is more than one file.
    folder
        Where to put it; the default is the working directory.

    Returns
    -------
    pathlib.Path
        The folder of the package, or the file.

    Raises
    ------
    InputError
        When the name cannot be used or is taken, or the file or folder exists; nothing is written then.
    """
    _check_name(name)
    if kind not in KINDS:
        raise InputError(f"There is no kind of plugin {kind!r}. {did_you_mean(kind, KINDS)}")
    if single_file and kind == "study":
        raise InputError(
            "A study is a study.toml with its table, not a single file. Leave out --single-file, or do without a plugin: "
            "'equifinal compare FOLDER/study.toml' needs none."
        )
    _check_taken(name)
    module = name.replace("-", "_")
    folder = Path.cwd() if folder is None else folder
    target = folder / (f"{module}.py" if single_file else f"equifinal-{name}")
    if target.exists() or target.is_symlink():
        raise InputError(
            f"{target.name!r} already exists, and nothing is overwritten. Move it away, or choose another name."
        )
    if single_file and (module in sys.stdlib_module_names or importlib.util.find_spec(module) is not None):
        raise InputError(f"A file {target.name!r} would hide the module {module!r} from Python. Choose another name.")
    if not folder.is_dir():
        raise InputError(f"There is no folder {str(folder)!r} to write into. Create it first.")
    files = {f"{module}.py": f"{kind}/plugin.py"} if single_file else _package_files(module, kind)
    with staging(folder, target) as aside:
        for file, template in files.items():
            path = aside / "plugin" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(template, name, kind), encoding="utf-8")
        (aside / "plugin" / target.name if single_file else aside / "plugin").rename(target)
    return target


def next_steps(target: Path, name: str, kind: str) -> list[str]:
    """The commands to type after :func:`new_plugin`."""
    use = _COMMANDS[kind].replace("my-plugin", name)
    if target.is_dir():
        return [f'pip install -e "{target.name}[test]"', f"equifinal plugin check {name}", use, f"pytest {target.name}"]
    return [f"equifinal plugin check {target.name}", f"{use} --plugin {target.name}"]


def _package_files(module: str, kind: str) -> dict[str, str]:
    """The template of each file in the package, by path."""
    package = f"src/equifinal_{module}"
    files = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        f"{package}/__init__.py": f"{kind}/plugin.py",
        f"tests/test_{module}.py": f"{kind}/test_plugin.py",
    }
    if kind == "study":
        files |= {f"{package}/study.toml": "study/study.toml", f"{package}/cases.csv": "study/cases.csv"}
    return files


def _filled(template: str, name: str, kind: str) -> str:
    """The text of a template, which is a plugin named ``my-plugin``, with its names replaced."""
    text = (resources.files("equifinal.shell") / "templates" / f"{template}.template").read_text(encoding="utf-8")
    words = {
        "COMMAND": _COMMANDS[kind],
        "KIND": kind,
        "VERSION": version("equifinal"),
        "my-plugin": name,
        "my_plugin": name.replace("-", "_"),
        "MyPlugin": _class_name(name, kind),
    }
    for word, meant in words.items():
        text = text.replace(word, meant)
    return text


def _class_name(name: str, kind: str) -> str:
    """``RankTree`` for ``rank-tree``; with the kind appended if Python or a template uses that name: ``NoneMethod``."""
    own = "".join(part.capitalize() for part in name.split("-"))
    return own + kind.capitalize() if keyword.iskeyword(own) or own in ("Path", "Self") else own


def _check_name(name: str) -> None:
    if name.startswith("equifinal-"):
        raise InputError(
            f"Leave 'equifinal-' out of the name: {name.removeprefix('equifinal-')!r}. The package's name gets it as a prefix."
        )
    if problem := wrong_name(name):
        raise InputError(f"A plugin cannot be named {name!r}. {problem}")
    if name.startswith("equifinal"):
        raise InputError(
            f"A plugin cannot be named {name!r}: choose a name that is not 'equifinal' and does not begin with it."
        )


def _check_taken(name: str) -> None:
    """No two things of any kind may share a name, because ``describe`` and ``plugin check`` take a name alone."""
    from equifinal.plugin import registry

    for kind in ("methods", "calibrators", "outputs", "studies", "propositions"):
        found = getattr(registry, kind)()
        if name in found:
            what = f"the {found.kind} {name!r} of the plugin {found[name].plugin}"
            raise InputError(f"The name {name!r} is taken: there is {what}. Choose another.")
    if name in registry.plugins():
        raise InputError(f"The name {name!r} is taken: there is the plugin {registry.plugins()[name]}. Choose another.")
