"""What a clinic installs is what lies in the repository."""

import configparser
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def setup_cfg():
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg")
    return config


def names(text):
    """The names of the packages in a list of requirements."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return {re.split(r"[\[<>=;~ ]", line)[0].lower() for line in lines if line and not line.startswith("--")}


def test_every_folder_of_code_is_in_setup_cfg(setup_cfg):
    named = set(setup_cfg["options"]["packages"].split()) - {"intake._packed"}
    folders = {path.parent for path in (CHECKOUT / "intake").rglob("*.py")}

    assert named == {".".join(folder.relative_to(CHECKOUT).parts) for folder in folders}


def test_no_python_at_the_top_of_the_repository():
    """It would be packed into intake._packed with the rules and the templates."""
    assert [path.name for path in CHECKOUT.glob("*.py")] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel, built from a copy of what git would hand out, without the network."""
    copy, dist = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, listed):
        if (source := CHECKOUT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(source.read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(copy)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = dist.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_contains_the_house(wheel):
    wanted = {path.relative_to(CHECKOUT).as_posix() for path in files_a_clinic_needs()}

    packed = {name.removeprefix("intake/_packed/") for name in wheel.namelist()}

    assert wanted - packed == set()


def test_the_wheel_contains_nothing_else(wheel):
    strangers = [name for name in wheel.namelist() if not name.startswith(("intake/", "intake-0"))]

    assert strangers == []
    assert [name for name in wheel.namelist() if name.endswith(".py") and "_packed" in name] == []


def test_the_wheel_works_from_any_folder(wheel, tmp_path):
    """Unpacked as an installer would, and run where no checkout is in sight."""
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    wheel.extractall(installed)
    elsewhere.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}

    def run(*command):
        done = subprocess.run(
            [sys.executable, *command], cwd=elsewhere, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = run("-c", "import intake.resources as r; print(r.ROOT)").strip()
    assert Path(where) == installed / "intake" / "_packed"
    assert "nothing to put right" in run("-m", "intake", "check")
    assert "/clinic/setup#" in run("-m", "intake", "init")
    pages = (
        "from intake.config import read_settings; from werkzeug.test import Client;"
        "from intake.web.clinic import __main__ as clinic;"
        "from intake.web.patient import __main__ as patient;"
        "print([Client(side.opened(read_settings()).site).get(page, base_url='http://127.0.0.1:8000')"
        ".status_code for side, page in ((patient, '/'), (clinic, '/clinic/sign-in'))])"
    )
    assert run("-c", pages).strip() == "[200, 200]"


def files_a_clinic_needs():
    for path in CHECKOUT.glob("*.yaml"):
        yield path
    for folder in ("questionnaire", "templates", "intake"):
        for path in (CHECKOUT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_name_every_dependency_with_hashes_and_no_address(setup_cfg, lock):
    text = (CHECKOUT / lock).read_text()
    wanted = names(setup_cfg["options"]["install_requires"])
    if lock == "requirements-dev.lock":
        wanted |= names(setup_cfg["options.extras_require"]["tests"])
        wanted |= names(setup_cfg["options.extras_require"]["proving"])

    assert wanted <= names(text)
    assert text.count("==") <= text.count("--hash=sha256:")
    assert re.findall(r"https?:|file:|--(?:extra-)?index|--find-links|/home|/tmp", text) == []


def test_every_dependency_has_its_reason(setup_cfg):
    reasons = (CHECKOUT / "docs/dependencies.md").read_text().lower()
    wanted = names(setup_cfg["options"]["install_requires"])
    for extra in setup_cfg["options.extras_require"].values():
        wanted |= names(extra)

    assert sorted(name for name in wanted if f"| `{name}` |" not in reasons) == []
