"""What is installed is locked: each requirement, with hashes, from nowhere but PyPI."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKED = ("requirements", "requirements-dev", "requirements-release")


def requirements(name):
    """The lines of a list of requirements, with those that it includes."""
    for line in (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            yield from requirements(line[3:].removesuffix(".txt"))
        elif line:
            yield Requirement(line)


def entries(name):
    """Each entry of a lock, with its hashes: (name, version, text)."""
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[a-z0-9])", text):
        if found := re.match(r"([a-z0-9-]+)(?:\[[\w,]+\])?==(\S+)", entry):
            yield *found.groups(), entry


@pytest.mark.parametrize("name", LOCKED)
def test_the_lock_has_a_version_in_the_range_of_each_requirement(name):
    locked = {}
    for package, version, _ in entries(name):
        locked.setdefault(package, []).append(version)
    wrong = [
        str(requirement)
        for requirement in requirements(name)
        if not all(map(requirement.specifier.contains, locked.get(canonicalize_name(requirement.name), ["0.dev0"])))
    ]
    assert not wrong, f"{name}.lock does not go with {name}.txt; `make lock` renews it"


@pytest.mark.parametrize("name", LOCKED)
def test_every_version_has_hashes_and_nothing_is_from_elsewhere(name):
    assert all("--hash=sha256:" in entry for *_, entry in entries(name))
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    assert not re.search(r"file:|https?:|--index|--find-links| @ ", text)


def test_the_locks_agree():
    runtime, dev = ({entry[:2] for entry in entries(name)} for name in LOCKED[:2])
    assert runtime <= dev, "`make lock` renews them"


def test_the_licences_of_all_that_is_locked_are_listed():
    text = (ROOT / "LICENSES.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| ([a-z0-9-]+) \| (\S+) \|", text, re.M))
    for package, _, entry in entries("requirements"):
        if "sys_platform == 'win32'" not in entry:
            assert package in listed, "`make licenses` writes it anew"
            versions = {each for name, each, _ in entries("requirements") if name == package}
            assert listed[package] in versions, f"{package}: `make licenses` writes it anew"
    assert "not said" not in text


def test_images_are_told_by_digest_and_logs_are_bounded():
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert re.search(r"^ARG PYTHON=python:\S+@sha256:[0-9a-f]{64}$", docker, re.M)
    assert set(re.findall(r"^FROM (\S+)", docker, re.M)) == {"${PYTHON}"}
    assert all("@sha256:" in image or image == "nnviz" for image in re.findall(r"^\s+image: (\S+)", compose, re.M))
    assert compose.count("logging: *logging") == len(re.findall(r"^\s+image: ", compose, re.M))
