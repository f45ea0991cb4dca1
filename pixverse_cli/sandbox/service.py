"""The sandbox as one object: three hosts on loopback around one account."""

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from pixverse_cli.domain.clock import Clock, SystemClock
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.sandbox.account import Account
from pixverse_cli.sandbox.api import BASE, Api
from pixverse_cli.sandbox.cdn import VideoHost, video_path
from pixverse_cli.sandbox.exchange import Call
from pixverse_cli.sandbox.orders import MAX_BODY_BYTES
from pixverse_cli.sandbox.scenarios import Troubles
from pixverse_cli.sandbox.studio import Studio
from pixverse_cli.sandbox.tasks import FAST, INSTANT, REALISTIC, Pace
from pixverse_cli.sandbox.uploads import Uploads

if TYPE_CHECKING:
    from pixverse_cli.sandbox.server import Host, Listener

_EXTRA = ("av", "PIL", "werkzeug")
_HIGHEST_PORT = 65_535
_SLOWER = 5.0
_SMALL_BODY = 64 * 1024


class Sandbox:
    """The documented service on 127.0.0.1, from construction on until it is closed.

    :param scenarios: names out of ``SCENARIOS``, each maybe with ``:N`` for N times.
    :param seed: equal seeds give equal ids, keys, durations and films in the same order.
    :param realistic: tasks take 1 to 5 minutes instead of about 2 seconds.
    :param instant: tasks succeed at the first look, with films of 64 by 64 pixels or so.
    :param pace: how long tasks take, where neither of these suits.
    :param port: the API's port, 0 for any; uploads and videos have ports of their own.
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
    ) -> None:
        _check_extra()
        _check_port(port)
        self._clock = clock or SystemClock()
        self._troubles = Troubles(scenarios, seed=seed)
        pace = pace or (INSTANT if instant else REALISTIC if realistic else FAST)
        self._studio = Studio(tiny=instant, index_first=not self._troubles.on("unsure"))
        self.account = Account(
            clock=self._clock,
            seed=seed,
            pace=pace.slower(_SLOWER) if self._troubles.on("slow") else pace,
            troubles=self._troubles,
            studio=self._studio,
        )
        self.calls: list[Call] = []
        self._hosts = self._opened(port)
        self._assign()
        self._listener = _listener(list(self._hosts.values()))

    def _opened(self, port: int) -> "dict[str, Host]":
        from pixverse_cli.sandbox import server, storage  # noqa: PLC0415  they import Werkzeug

        banners = {"api": "istio-envoy", "upload": "AliyunOSS", "video": "Tengine"}
        if self._troubles.on("redirect"):
            banners["elsewhere"] = "Tengine"
        bodies = {"api": MAX_BODY_BYTES, "upload": storage.MAX_BODY_BYTES}
        return {
            name: server.Host(
                "video" if name == "elsewhere" else name,
                port=port if name == "api" else 0,
                banner=banner,
                max_body=bodies.get(name, _SMALL_BODY),
                clock=self._clock,
                calls=self.calls,
            )
            for name, banner in banners.items()
        }

    def _assign(self) -> None:
        """Tell each host who answers there."""
        from pixverse_cli.sandbox.storage import Storage  # noqa: PLC0415  imports Werkzeug

        hosts, account, troubles = self._hosts, self.account, self._troubles
        uploads = Uploads(clock=self._clock, secret=account.key)
        hosts["upload"].site = Storage(uploads=uploads, troubles=troubles)
        hosts["api"].site = Api(
            clock=self._clock,
            account=account,
            uploads=uploads,
            troubles=troubles,
            upload_host=hosts["upload"].origin,
            video_url=lambda name: hosts["video"].origin + video_path(name),
        )
        films = VideoHost(account=account, troubles=troubles)
        hosts["video"].site = films
        if "elsewhere" in hosts:
            hosts["elsewhere"].site = films
            hosts["video"].site = VideoHost(
                account=account, troubles=troubles, elsewhere=hosts["elsewhere"].origin
            )

    @property
    def base_url(self) -> str:
        """The base URL of the API, as for ``DASHSCOPE_HTTP_BASE_URL``."""
        return self._hosts["api"].origin + BASE

    @property
    def api_key(self) -> str:
        """The only key that the API takes: ``sk-sandbox-`` and 32 hexadecimal digits."""
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
        """Stop answering, and throw everything away; closing again does nothing."""
        self._listener.close()
        self._studio.close()


def _check_extra() -> None:
    """Find out now, not at the first video, whether all of the extra is installed."""
    absent = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
    if absent:
        raise UsageError(
            f"the sandbox needs {', '.join(absent)}", hint="pip install 'pixverse-cli[sandbox]'"
        )


def _check_port(port: int) -> None:
    """Werkzeug would take 65 537 for 1."""
    if not 0 <= port <= _HIGHEST_PORT:
        raise UsageError(f"port {port}: must be from 0 to {_HIGHEST_PORT}")


def _listener(hosts: "list[Host]") -> "Listener":
    from pixverse_cli.sandbox.server import Listener  # noqa: PLC0415  imports Werkzeug

    return Listener(hosts)
