"""A relay to the service that delays create calls and their answers."""

import http.client
import json
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "host"}


def mark(prompt, seed):
    """Return what tells a request from others: its prompt, or its seed if it takes no prompt."""
    return prompt or f"seed {seed}"


class Relay:
    """Passes calls on to ``base_url`` and delays create calls.

    ``delays`` gives, by the prompt (where a kind has none, by :func:`mark`), the seconds before a
    call is passed on and before its answer is returned. The events ``arrived`` and ``answered``, by
    the same, are set when
    a call arrives here and when the service has answered it.
    """

    def __init__(self, base_url, delays):
        target = urlsplit(base_url)
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                prompt = None
                before, after = 0.0, 0.0
                if self.command == "POST" and self.path.endswith("video-synthesis"):
                    sent = json.loads(body)
                    prompt = mark(sent["input"].get("prompt"), sent["parameters"].get("seed"))
                    before, after = delays.get(prompt, (0.0, 0.0))
                    relay.arrived[prompt].set()
                time.sleep(before)
                status, headers, answer = self.forwarded(body)
                if prompt is not None:
                    relay.answered[prompt].set()
                time.sleep(after)
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def forwarded(self, body):
                there = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
                headers = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in _HOP_BY_HOP
                }
                there.request(self.command, self.path, body=body or None, headers=headers)
                answer = there.getresponse()
                kept = [pair for pair in answer.getheaders() if pair[0].lower() not in _HOP_BY_HOP]
                content = answer.read()
                there.close()
                return answer.status, kept, content

            def do_GET(self):
                self.handle_any()

            def do_POST(self):
                self.handle_any()

            def log_message(self, *_):
                """Print nothing."""

        self.arrived = defaultdict(threading.Event)
        self.answered = defaultdict(threading.Event)
        self._server = _Server(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}{target.path}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def settle(self):
        """Wait until every arrived create call is answered."""
        for prompt in list(self.arrived):
            assert self.answered[prompt].wait(30.0)

    def close(self):
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = False

    def handle_error(self, *_):
        """Print nothing about callers that were killed."""
