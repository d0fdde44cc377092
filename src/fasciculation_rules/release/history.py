"""How far the history of releases is vouched for: what was signed of it, and whether that still stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fasciculation_rules.audit.signatures import Judged, Standing, judge, vouch
from fasciculation_rules.errors import SignatureError
from fasciculation_rules.model.signing import Envelope, HistoryStatement, Signer, Signers
from fasciculation_rules.release.signing import HISTORY, signatures
from fasciculation_rules.shelf.envelopes import statement_in
from fasciculation_rules.shelf.locate import shelf_root
from fasciculation_rules.shelf.releases import Event, digest_of_events, read_events


@dataclass(frozen=True, slots=True)
class VerifiedHistory:
    """How many events and signatures of them there are; what each is worth is None where nobody is trusted."""

    events: int
    signed: int
    signatures: tuple[Judged[HistoryStatement], ...] | None

    @property
    def good(self) -> bool:
        """Whether no signature is worth nothing. Without any nothing is found, and nothing is excluded."""
        return all(each.standing is Standing.VALID for each in self.signatures or ())

    @property
    def vouched(self) -> int:
        """For so many events, from the first on, a release manager and somebody else vouch."""
        valid = [each for each in self.signatures or () if each.standing is Standing.VALID]
        return max((events for events in map(_events, valid) if vouch(_signers(valid, events))), default=0)


def _events(judged: Judged[HistoryStatement]) -> int:
    return judged.statement.events if judged.statement is not None else 0


def _signers(valid: Sequence[Judged[HistoryStatement]], events: int) -> list[Signer]:
    """Who signed at least so many."""
    return [each.signer for each in valid if _events(each) >= events and each.signer is not None]


def verify_history(*, trust: Signers | None = None) -> VerifiedHistory:
    """The history of the shelf, by the signers whom the caller trusts.

    Raises RulesetInvalidError where it cannot be read, SigningUnavailableError where signatures are to be checked
    without the extra `sign`.
    """
    root = shelf_root()
    events, found = read_events(root), list(signatures(root, HISTORY))
    judged = None if trust is None else tuple(_judged(name, each, events, trust) for name, each in found)
    return VerifiedHistory(len(events), len(found), judged)


def _judged(
    name: str, envelope: Envelope | SignatureError, events: Sequence[Event], trust: Signers
) -> Judged[HistoryStatement]:
    try:
        if isinstance(envelope, SignatureError):
            raise envelope
        said = statement_in(envelope, HistoryStatement, name)
    except SignatureError as error:
        return Judged(name, Standing.NOT_READ, str(error))
    about = {"events": str(min(said.events, len(events))), "digest": digest_of_events(events[: said.events])}
    return judge(name, envelope, HistoryStatement, trust, about=about)
