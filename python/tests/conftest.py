"""A registry of the shipped domains and a key, made once."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A folder that nobody else uses, and in it the key."""
    folder = tmp_path_factory.mktemp("home")
    os.environ.update(HOME=str(folder), XDG_DATA_HOME=str(folder / "data"), XDG_CACHE_HOME=str(folder / "cache"))
    for name in ("TENCODE_DATA", "TENCODE_KEY", "TENCODE_AUDIT", "TENCODE_EXAMPLES"):
        os.environ.pop(name, None)
    key = folder / "pseudonyms.key"
    key.write_text("a secret of the tests")
    key.chmod(0o600)
    return folder


@pytest.fixture(scope="session")
def key(home):
    return home / "pseudonyms.key"


@pytest.fixture(scope="session")
def path(home, key):
    """The registry file."""
    import tencode

    made = home / "office.registry"
    tencode.build(ROOT / "domains", made, key_file=key)
    return made


@pytest.fixture(scope="session")
def registry(path, key):
    import tencode

    return tencode.Registry.open(path, key_file=key)


@pytest.fixture(scope="session")
def program():
    """The program, where it was built."""
    folder = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    found = [os.environ.get("TENCODE_PROGRAM"), folder / "release" / "tencode", folder / "debug" / "tencode"]
    for one in found:
        if one and os.access(one, os.X_OK):
            return str(one)
    found = shutil.which("tencode")
    if found is None:
        pytest.skip("SKIPPED: the program was not built, so that its answers cannot be compared")
    return found


@pytest.fixture(scope="session")
def calls():
    """Varied calls, with what cannot be read between them."""
    import json

    words = ["loud party next door", "traffic stop, speeding", "bike stolen from the garage", "welfare check on a neighbour"]
    rows = []
    for number in range(3000):
        record = {
            "id": f"C-{number}",
            "received": f"2026-10-{1 + number % 28:02}T{number % 24:02}:05:00",
            "narrative": f"{words[number % 4]}, caller Jo Mara 555-01{number % 100:02}",
            "address": f"{number % 900 + 1} Elm St",
            "priority": number % 4,
        }
        rows.append(json.dumps(record))
    rows[7], rows[11], rows[13], rows[17] = "not json", "", None, json.dumps(json.loads(rows[17]), indent=1)
    return rows


def run(program, *arguments, **more):
    """Runs the program."""
    return subprocess.run([program, *map(str, arguments)], capture_output=True, **more)
