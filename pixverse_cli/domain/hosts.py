"""URLs and hosts: showing a URL without secrets, what is local or private, the service's regions.

Of a host of the service its name says the region, whose keys it takes, and whether its prices
are known. Sources: Model Studio's page on base URLs; the PixVerse pages of its international
edition, which sell the models in Singapore too. Prices are published for Beijing alone.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

API_PATH = "/api/v1"
VENDOR_DOMAIN = ".aliyuncs.com"

_NAMES = {
    "cn-beijing": "China (Beijing)",
    "ap-southeast-1": "Singapore",
    "us-east-1": "US (Virginia)",
    "cn-hongkong": "China (Hong Kong)",
    "eu-central-1": "Germany (Frankfurt)",
    "ap-northeast-1": "Japan (Tokyo)",
}
_PUBLIC_HOSTS = {
    "dashscope.aliyuncs.com": "cn-beijing",
    "dashscope-intl.aliyuncs.com": "ap-southeast-1",
    "dashscope-us.aliyuncs.com": "us-east-1",
}
_PRICED = "cn-beijing"
_REGIONAL_HOST = re.compile(
    r"(?P<workspace>[a-z0-9-]+)\.(?P<region>[a-z0-9-]+)\.maas\.aliyuncs\.com"
)
_SHARED = "trial"  # stands in the place of a workspace, but takes every workspace's key
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa")


class ServiceHost(NamedTuple):
    """A host that answers the API.

    ``region`` is its name in words, None if the host does not tell it. ``workspace`` is the
    workspace whose keys alone the host takes, None if it takes those of all. ``priced``:
    the list prices that this program knows are this host's.
    """

    name: str
    region: str | None
    workspace: str | None = None
    priced: bool = False

    @property
    def unknown_price(self) -> str | None:
        """Why there is no estimate for a request to this host; None if there is one."""
        if self.priced:
            return None
        where = self.region or self.name
        return f"list prices are known for the China (Beijing) region only, not for {where}"

    @property
    def key_hint(self) -> str | None:
        """What to do if this host refuses a key; None for the public host in Beijing."""
        if self.workspace is not None:
            return (
                f"{self.name} takes only keys of the workspace {self.workspace}: use one of them,"
                " or set DASHSCOPE_HTTP_BASE_URL to the host of the key's workspace"
            )
        if self.region is not None and not self.priced:
            return f"{self.name} takes only keys of the region {self.region}"
        return None


@lru_cache(maxsize=16)  # a list of many records asks for each one's price
def service_host(url: str) -> ServiceHost:
    """Return what is known of the host of a base URL.

    A service on this machine is a sandbox: it counts as one in Beijing.
    """
    host = host_of(url)
    if is_loopback(host):
        return ServiceHost(host, "this machine", priced=True)
    match = _REGIONAL_HOST.fullmatch(host)
    region = match["region"] if match else _PUBLIC_HOSTS.get(host)
    workspace = match["workspace"] if match and match["workspace"] != _SHARED else None
    name = _NAMES.get(region, region) if region else None
    return ServiceHost(host, name, workspace, priced=region == _PRICED)


def is_loopback(host: str) -> bool:
    """Return whether a host, as it is written in a URL, is this machine."""
    if host == "localhost":
        return True
    from ipaddress import IPv6Address, ip_address  # noqa: PLC0415  few commands see a numeric address

    try:
        address = ip_address(host)
    except ValueError:  # a name
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def is_sandbox(service: str) -> bool:
    """Return whether a base URL is a sandbox's, which is free.

    Plain http is allowed on this machine only. Behind https a tunnel may lead to the service.
    """
    return service.startswith("http://")


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; empty if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # unbalanced brackets
        return ""


def without_secrets(url: str) -> str:
    """Return the URL without user, password and query, so that it may be shown and stored.

    A query may contain a signature that lets anyone download the file.
    """
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    return re.sub(r"(?<=//)[^/]*@", "", bare)


def link_expires_at(url: str) -> datetime | None:
    """Return when a signed URL of the object store expires: its ``Expires``; None without one."""
    try:
        return datetime.fromtimestamp(int(parse_qs(urlsplit(url).query)["Expires"][0]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):  # also: unbalanced brackets, no number
        return None


def is_private(host: str) -> bool:
    """Return whether a host is private by its text: loopback, LAN, link-local, .local."""
    from ipaddress import IPv6Address, ip_address  # noqa: PLC0415  few commands see a numeric address

    if host == "localhost" or host.endswith(_LOCAL_NAMES):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:  # a name
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return not (mapped or address).is_global
