"""Counts and times for whoever watches the service; no label says anything of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fasciculation_rules.server.deciding import Decided

if TYPE_CHECKING:
    from starlette.responses import Response

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Metrics:
    """The counters of one process; with several workers each answers for itself."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = registry = CollectorRegistry()
        self._calls = Counter("calls", "Calls of hooks.", ["hook", "status"], registry=registry)
        self._cards = Counter("cards", "Cards shown.", ["topic", "rung", "row"], registry=registry)
        self._empty = Counter("empty", "Answers without a card.", ["why"], registry=registry)
        self._codes = Counter("codes", "Codes met.", ["known"], registry=registry)
        self._missing = Counter("keys_incomplete", "Prefetch keys not whole.", ["key"], registry=registry)
        self._subject = Counter("another_subject", "Resources of somebody else, dropped.", registry=registry)
        self._fetches = Counter("fetches", "Fetches from FHIR servers.", ["key", "done"], registry=registry)
        self._refused = Counter("tokens_refused", "Tokens not in order.", ["why"], registry=registry)
        self._feedback = Counter("feedback", "Feedback entries.", ["status"], registry=registry)
        self._seconds = Histogram("seconds", "Time of a call.", ["hook"], buckets=_SECONDS, registry=registry)
        self.ready = Gauge("ready", "Whether guidance is given.", registry=registry)

    def answered(self, hook: str, status: int, seconds: float) -> None:
        """One call of a hook."""
        self._calls.labels(hook, status).inc()
        self._seconds.labels(hook).observe(seconds)

    def decided(self, decided: Decided) -> None:
        """What was decided."""
        if decided.body["cards"] and decided.show is not None and decided.seen is not None:
            rung = decided.seen.assessment.urgency.at_least
            self._cards.labels(str(decided.show.topic), rung, decided.show.row).inc()
        else:
            self._empty.labels(decided.why).inc()
        if decided.person is not None:
            report = decided.person.imported.report
            self._codes.labels("yes").inc(sum(each.count for each in report.known_codes))
            self._codes.labels("no").inc(sum(each.count for each in report.unknown_codes))
            self._subject.inc(report.another_subject)
        for key in decided.incomplete:
            self._missing.labels(key).inc()

    def fetched(self, wanted: tuple[str, ...], got: set[str]) -> None:
        """Which keys were fetched, and which failed."""
        for key in wanted:
            self._fetches.labels(key, "yes" if key in got else "no").inc()

    def refused(self, why: str) -> None:
        """One token that was not in order."""
        self._refused.labels(why).inc()

    def told(self, status: int) -> None:
        """One entry of feedback."""
        self._feedback.labels(status).inc()

    def response(self) -> Response:
        """The text that Prometheus reads."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
        from starlette.responses import Response

        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)
