"""Where a ledger may lie: a network file system does not lock and share memory as several writers need."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from fasciculation_rules.errors import LedgerError

NETWORK = frozenset(
    {
        "9p", "acfs", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph-fuse", "fuse.davfs2",
        "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs",
        "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb", "smb3", "smbfs",
    }
)  # fmt: skip
MOUNTS = Path("/proc/self/mountinfo")


def check_place(path: Path, mounts: Path = MOUNTS) -> None:
    """Raises LedgerError where the file would lie on a network file system, as far as this machine can tell."""
    found = ""
    with suppress(OSError):  # where there is no list of mounts, nothing can be told
        found = file_system_of(path.absolute().parent.resolve() / path.name, mounts.read_text(encoding="utf-8"))
    if found in NETWORK:
        raise LedgerError(
            f"{path} lies on a network file system ({found}), where several writers can damage a ledger; "
            "keep it on a disk of the machine that writes it, and copy it from there"
        )


def file_system_of(path: Path, mounts: str) -> str:
    """The kind of file system that a path lies on, by the deepest mount above it; empty where none is listed."""
    deepest, found = -1, ""
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if dash and len(fields) > 4:
            above = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
            if path.is_relative_to(above) and len(above.parts) >= deepest:  # a later mount covers an earlier one
                deepest, found = len(above.parts), after.split(" ", 1)[0]
    return found
