"""Checks of every API call: its key and its rate."""

import hmac
import threading

from pixverse_cli.domain.catalog import Lane
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.terms import CALLS_PER_SECOND
from pixverse_cli.sandbox import refusals
from pixverse_cli.sandbox.exchange import Request
from pixverse_cli.sandbox.limits import Rate
from pixverse_cli.sandbox.refusals import Refused
from pixverse_cli.sandbox.scenarios import ActiveScenarios

_PER_SECOND = {
    "query": CALLS_PER_SECOND,  # (Model Studio, "Rate limits")
    "list": CALLS_PER_SECOND,
    "cancel": CALLS_PER_SECOND,
    "policy": 100,  # ("Obtain a temporary file URL")
}
_THROTTLED_BY_SCENARIO = ("create", "query")


class Gate:
    """Checks the key and the rates, and refuses calls where a scenario says so."""

    def __init__(self, *, clock: Clock, key: str, scenarios: ActiveScenarios) -> None:
        self._clock = clock
        self._key = key
        self._scenarios = scenarios
        self._lock = threading.Lock()
        self._rates: dict[tuple[str, str], Rate] = {}

    def check_key(self, request: Request) -> None:
        """Check that the request carries this sandbox's key as a bearer token.

        :raises Refused: no key, or another one (401).
        """
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not key.strip():
            raise Refused(401, "InvalidApiKey", refusals.NO_KEY)
        right = hmac.compare_digest(key.strip().encode(), self._key.encode())
        if not right or self._scenarios.applies("bad-key"):
            raise Refused(401, "InvalidApiKey", refusals.WRONG_KEY)

    def check_rate(self, kind: str, lane: Lane | None = None) -> None:
        """Count a call against the documented rate of its kind, and of its lane if it has one.

        :raises Refused: there were too many calls (429).
        """
        if kind in _THROTTLED_BY_SCENARIO:
            if self._scenarios.applies("retry-after", kind):
                raise refusals.throttled(after=2)
            if self._scenarios.applies("throttled", kind):
                raise refusals.throttled()
        with self._lock:
            rate = self._rate(kind, lane)
            if not rate.allows(self._clock.monotonic()):
                raise refusals.throttled()

    def _rate(self, kind: str, lane: Lane | None) -> Rate:
        if lane is None:
            return self._rates.setdefault((kind, ""), Rate(_PER_SECOND[kind]))
        return self._rates.setdefault((kind, lane.name), Rate(lane.creates, lane.seconds))
