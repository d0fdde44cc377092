"""`verify`: whether rulesets are as they were released, and who vouches for that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable
from pathlib import Path

from fasciculation_rules.audit.signatures import Judged, Standing, judge, vouch
from fasciculation_rules.errors import (
    Problem,
    RulesetAlteredError,
    RulesetInvalidError,
    RulesetNotFoundError,
    SignatureError,
)
from fasciculation_rules.model.signing import ReleaseStatement, Signers
from fasciculation_rules.release.signing import signatures
from fasciculation_rules.shelf.altered import altered
from fasciculation_rules.shelf.digest import text_digest
from fasciculation_rules.shelf.freeze import freeze
from fasciculation_rules.shelf.locate import shelf_root, versions, walk
from fasciculation_rules.shelf.manifests import FOLDER, name_of, read_manifest
from fasciculation_rules.shelf.opening import is_path
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.releases import Release, read_releases


class Integrity(StrEnum):
    """Whether a ruleset has the digests it was released with."""

    MATCHES = "as released"
    ALTERED = "altered"
    MISSING = "missing"
    UNRELEASED = "unreleased"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of one ruleset: by what name, against which release, and each of its signatures.

    `signatures` is None where nobody said whose keys to trust: then nothing is known of who made it.
    """

    name: str
    integrity: Integrity
    release: Release | None
    text_digest: str = ""
    logic_digest: str = ""
    error: RulesetAlteredError | None = None
    signatures: tuple[Judged[ReleaseStatement], ...] | None = None

    @property
    def vouched(self) -> bool:
        """Whether a release manager and somebody else vouch for it, and no signature is worth nothing."""
        judged = self.signatures or ()
        valid = [each.signer for each in judged if each.standing is Standing.VALID and each.signer is not None]
        return len(valid) == len(judged) and vouch(valid)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong with it; what was never released has nothing to be checked against."""
        if self.integrity is Integrity.UNRELEASED:
            return True
        return self.integrity is Integrity.MATCHES and (self.signatures is None or self.vouched)


def verify(version: str | None = None, *, trust: Signers | None = None) -> tuple[Verified, ...]:
    """A version, a folder (a name with a separator), or every ruleset there is or should be.

    `trust` are the signers whom the caller trusts, from a list that did not come with the rulesets.
    Raises RulesetNotFoundError where there is no such ruleset, RulesetInvalidError where the history cannot be read,
    SigningUnavailableError where signatures are to be checked without the extra `sign`.
    """
    root = shelf_root()
    releases = read_releases(root)
    if is_path(version):
        return (_folder(version, root, releases, trust),)
    return tuple(_version(name, root, releases, trust) for name in _wanted(version, root, releases))


def _wanted(version: str | None, root: Traversable, releases: Mapping[str, Release]) -> list[str]:
    """The version that is named, or all there are and all there should be."""
    there = versions(root)
    if version is None:
        return list(dict.fromkeys([*there, *releases]))
    if version in there or version in releases:
        return [version]
    hint = f"; for the folder, write './{version}'" if version and Path(version).is_dir() else ""
    raise RulesetNotFoundError(f"there is no ruleset '{version}'; there are: {', '.join(there)}{hint}")


def _version(name: str, root: Traversable, releases: Mapping[str, Release], trust: Signers | None) -> Verified:
    release = releases.get(name)
    if name not in versions(root):
        return Verified(name, Integrity.MISSING, release)
    if release is None:
        return Verified(name, Integrity.UNRELEASED, None)
    try:
        files = read_files(root / name)
    except RulesetInvalidError as unread:
        return Verified(name, Integrity.ALTERED, release, error=_unread(root, name, unread.problems))
    found = text_digest(files)
    error, logic = _fault(root, release, files)
    integrity = Integrity.MATCHES if error is None else Integrity.ALTERED
    judged = None if trust is None else tuple(_signatures(root, name, found, logic, trust))
    return Verified(name, integrity, release, found, logic, error, judged)


def _unread(root: Traversable, version: str, problems: Iterable[Problem]) -> RulesetAlteredError:
    """What keeps a release from being read: a link is named as one."""
    named = {problem.file: problem for problem in (*problems, *_links(root, version))}
    return RulesetAlteredError(
        f"ruleset {version} was altered after its release: not all of it can be read", named.values()
    )


def _fault(root: Traversable, release: Release, files: Mapping[str, bytes]) -> tuple[RulesetAlteredError | None, str]:
    """What is wrong with a release, if anything is; and its logic digest as far as its files can be read."""
    version = release.version
    if text_digest(files) != release.text_digest:
        return altered(release, files, read_manifest(root, version, release.text_digest)), ""
    logic = freeze(files, version).logic_digest
    if logic != release.logic_digest:
        fault = f"ruleset {version}: the logic digest is {logic}, expected {release.logic_digest}"
        return RulesetAlteredError(fault), logic
    beside = list(_beside(root, release))
    if beside:
        return RulesetAlteredError(f"ruleset {version} says what was released, but not as it was", beside), logic
    return None, logic


def _beside(root: Traversable, release: Release) -> Iterator[Problem]:
    """Links in place of files, which may say something else tomorrow; and a list of files that is not the release's."""
    yield from _links(root, release.version)
    listed = root / FOLDER / name_of(release.version)
    if listed.is_file() and read_manifest(root, release.version, release.text_digest) is None:
        message = f"the list of files has not the digest {release.text_digest}"
        yield Problem(f"{FOLDER}/{listed.name}", 0, 0, "", "altered-file", message, "restore it")


def _links(root: Traversable, version: str) -> Iterator[Problem]:
    for path, file in [(version, root / version), *walk(root / version)]:
        if isinstance(file, Path) and file.is_symlink():
            message = f"a link to {file.readlink().name} stands in place of the file"
            yield Problem(path, 0, 0, "", "linked-file", message, "put the file itself there")


def _signatures(
    root: Traversable, version: str, text: str, logic: str, trust: Signers
) -> Iterator[Judged[ReleaseStatement]]:
    about = {"version": version, "text_digest": text, "logic_digest": logic}
    for name, envelope in signatures(root, version):
        if isinstance(envelope, SignatureError):
            yield Judged(name, Standing.NOT_READ, str(envelope))
        else:
            yield judge(name, envelope, ReleaseStatement, trust, about=about)


def _folder(path: str, root: Traversable, releases: Mapping[str, Release], trust: Signers | None) -> Verified:
    """A folder is the release whose files it has, under whatever name; else it should be the one whose name it has."""
    folder = Path(path)
    if not (folder / "ruleset.yaml").is_file():
        fault = f"'{path}' is not a ruleset folder: it has no ruleset.yaml"
        raise RulesetNotFoundError(fault if folder.exists() else f"there is no folder '{path}'")
    files = read_files(folder)
    found = text_digest(files)
    for release in releases.values():
        if release.text_digest == found:
            logic = freeze(files, release.version).logic_digest
            judged = None if trust is None else tuple(_signatures(root, release.version, found, logic, trust))
            return Verified(path, Integrity.MATCHES, release, found, logic, signatures=judged)
    name = folder.resolve().name
    if name in releases:
        listed = read_manifest(root, name, releases[name].text_digest)
        return Verified(path, Integrity.ALTERED, releases[name], found, error=altered(releases[name], files, listed))
    return Verified(path, Integrity.UNRELEASED, None, found)
