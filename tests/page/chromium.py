"""A real browser without a window, driven over a pipe (Chrome DevTools Protocol)."""

import json
import os
import shutil
import subprocess
import sys

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-pipe",
)

# The browser reads its commands from descriptor 3 and answers on 4.
_BECOME = """
import fcntl, os, sys
commands, answers = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3]]
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Chromium:
    """One browser with one page; ``requests`` holds every URL that the page asked for."""

    def __init__(self, profile):
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        become = [sys.executable, "-c", _BECOME, str(to_browser), str(from_browser)]
        self._process = subprocess.Popen(
            [*become, BROWSER, *_FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer, self._number, self._session = b"", 0, None
        self.requests = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        attached = self("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Accessibility"):
            self(f"{domain}.enable")

    def __call__(self, method, **parameters):
        """Call a method of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _receive(self):
        while b"\0" not in self._buffer:
            received = os.read(self._read, 1 << 20)
            assert received, "the browser is gone"
            self._buffer += received
        line, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(line)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        return message

    def open(self, path, *, width=1600, height=1000):
        """Show a file in a window of that many pixels."""
        self.resize(width, height)
        self("Page.navigate", url=path.as_uri())
        self.wait_for("document.readyState === 'complete'")

    def resize(self, width, height=1000):
        self(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def run(self, expression):
        """Return what an expression of JavaScript gives; a promise is waited for."""
        done = self(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def wait_for(self, condition):
        """Wait until an expression is true, for ten seconds at most."""
        started = (
            "new Promise((resolve, reject) => { const end = Date.now() + 10000;"
            f" (function look() {{ if ({condition}) resolve(true);"
            " else if (Date.now() > end) reject(new Error('never'));"
            " else setTimeout(look, 20); })(); })"
        )
        assert self.run(started)

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" and len(key) == 1 else {}
            self("Input.dispatchKeyEvent", type=kind, key=key, **text)

    def names(self, role):
        """Return the names that a screen reader says for elements of a role."""
        nodes = self("Accessibility.getFullAXTree")["nodes"]
        return [
            node["name"]["value"]
            for node in nodes
            if node.get("role", {}).get("value") == role and "name" in node
        ]

    def close(self):
        self._process.terminate()
        self._process.wait(10)
        os.close(self._write)
        os.close(self._read)
