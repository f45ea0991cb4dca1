"""The sandbox as one object: three hosts on loopback that share one account."""

import importlib.util
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

from pixverse_cli.domain.clock import Clock, SystemClock
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.extras import install_command
from pixverse_cli.sandbox.account import Account
from pixverse_cli.sandbox.api import BASE, Api
from pixverse_cli.sandbox.cdn import VideoHost, video_path
from pixverse_cli.sandbox.exchange import Call
from pixverse_cli.sandbox.orders import MAX_BODY_BYTES
from pixverse_cli.sandbox.scenarios import ActiveScenarios
from pixverse_cli.sandbox.studio import Studio
from pixverse_cli.sandbox.tasks import FAST, INSTANT, REALISTIC, Pace
from pixverse_cli.sandbox.uploads import UploadStore

if TYPE_CHECKING:
    from pixverse_cli.sandbox.server import Host, Listener

_EXTRA = ("av", "PIL", "werkzeug")
_HIGHEST_PORT = 65_535
_SLOW_FACTOR = 5.0
_STALL_SECONDS = 12.0  # longer than a connect may take
_VIDEO_HOST_BODY = 64 * 1024


class Sandbox:
    """A local copy of the service on 127.0.0.1; it runs from construction until it is closed.

    :param scenarios: names from ``SCENARIOS``, each with an optional ``:N`` for N times.
    :param seed: equal seeds give equal ids, keys, durations and films in the same order.
    :param realistic: tasks take 1 to 5 minutes instead of about 2 seconds.
    :param instant: tasks succeed at the first query, with films of about 64 by 64 pixels.
    :param pace: how long tasks take, instead of these two.
    :param port: the API's port, 0 for a free one; uploads and videos always have free ports.
    :param on_call: gets each exchange, one at a time, on the thread that answers it.
    :raises UsageError: an unknown scenario, a port that is taken, or the sandbox's extra is
        not installed.
    """

    def __init__(
        self,
        *,
        scenarios: Sequence[str] = (),
        seed: int = 0,
        realistic: bool = False,
        instant: bool = False,
        pace: Pace | None = None,
        port: int = 0,
        clock: Clock | None = None,
        on_call: Callable[[Call], None] | None = None,
    ) -> None:
        _check_extra()
        _check_port(port)
        self._clock = clock or SystemClock()
        self._scenarios = ActiveScenarios(scenarios, seed=seed)
        pace = pace or (INSTANT if instant else REALISTIC if realistic else FAST)
        self._studio = Studio(tiny=instant, index_first=not self._scenarios.active("unsure"))
        self.account = Account(
            clock=self._clock,
            seed=seed,
            pace=pace.slower(_SLOW_FACTOR) if self._scenarios.active("slow") else pace,
            scenarios=self._scenarios,
            studio=self._studio,
        )
        self.calls: list[Call] = []
        self._on_call = on_call
        self._one_at_a_time = threading.Lock()
        self._hosts = self._opened_hosts(port)
        self._assign_sites()
        self._listener = _listener(list(self._hosts.values()))

    def _opened_hosts(self, port: int) -> "dict[str, Host]":
        from pixverse_cli.sandbox import server, storage  # noqa: PLC0415  they import Werkzeug

        banners = {"api": "istio-envoy", "upload": "AliyunOSS", "video": "Tengine"}
        if self._scenarios.active("redirect"):
            banners["elsewhere"] = "Tengine"
        bodies = {"api": MAX_BODY_BYTES, "upload": storage.MAX_BODY_BYTES}
        return {
            name: server.Host(
                "video" if name == "elsewhere" else name,
                port=port if name == "api" else 0,
                banner=banner,
                max_body=bodies.get(name, _VIDEO_HOST_BODY),
                clock=self._clock,
                on_call=self._called,
            )
            for name, banner in banners.items()
        }

    def _called(self, call: Call) -> None:
        self.calls.append(call)
        if self._on_call is not None:
            with self._one_at_a_time:
                self._on_call(call)

    def _assign_sites(self) -> None:
        """Set the object that answers each host's requests."""
        from pixverse_cli.sandbox.storage import Storage  # noqa: PLC0415  imports Werkzeug

        hosts, account, scenarios = self._hosts, self.account, self._scenarios
        uploads = UploadStore(clock=self._clock, secret=account.key)
        hosts["upload"].site = Storage(uploads=uploads, scenarios=scenarios)
        hosts["upload"].stall = lambda: _STALL_SECONDS * scenarios.applies("upload-stall")
        hosts["api"].site = Api(
            clock=self._clock,
            account=account,
            uploads=uploads,
            scenarios=scenarios,
            upload_host=hosts["upload"].origin,
            video_url=lambda name: hosts["video"].origin + video_path(name),
        )
        films = VideoHost(account=account, scenarios=scenarios, clock=self._clock)
        hosts["video"].site = films
        if "elsewhere" in hosts:
            hosts["elsewhere"].site = films
            hosts["video"].site = VideoHost(
                account=account,
                scenarios=scenarios,
                clock=self._clock,
                elsewhere=hosts["elsewhere"].origin,
            )

    @property
    def base_url(self) -> str:
        """The base URL of the API, as for ``DASHSCOPE_HTTP_BASE_URL``."""
        return self._hosts["api"].origin + BASE

    @property
    def api_key(self) -> str:
        """The only key that the API accepts: ``sk-sandbox-`` and 32 hexadecimal digits."""
        return self.account.key

    @property
    def upload_host(self) -> str:
        """The origin of the temporary store."""
        return self._hosts["upload"].origin

    @property
    def video_host(self) -> str:
        """The origin of the videos."""
        return self._hosts["video"].origin

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point a client of the service to this sandbox."""
        return {"DASHSCOPE_API_KEY": self.api_key, "DASHSCOPE_HTTP_BASE_URL": self.base_url}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering and delete everything; closing again does nothing."""
        self._listener.close()
        self._studio.close()


def _check_extra() -> None:
    """Check at the start, not at the first video, that the whole extra is installed."""
    absent = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
    if absent:
        raise UsageError(f"the sandbox needs {', '.join(absent)}", hint=install_command("sandbox"))


def _check_port(port: int) -> None:
    """Check the port, because Werkzeug would use 1 for 65 537."""
    if not 0 <= port <= _HIGHEST_PORT:
        raise UsageError(f"port {port}: must be from 0 to {_HIGHEST_PORT}")


def _listener(hosts: "list[Host]") -> "Listener":
    from pixverse_cli.sandbox.server import Listener  # noqa: PLC0415  imports Werkzeug

    return Listener(hosts)
