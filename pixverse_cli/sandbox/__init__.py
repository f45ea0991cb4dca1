"""The documented service on loopback, free, for pipelines and tests.

Three hosts on three ports of 127.0.0.1, as in reality: the API, the temporary store for
images (OSS), and the videos. ``Sandbox`` opens them; ``SCENARIOS`` names the trouble that
it can play; ``Pace`` says how long tasks take.

What is faithful, and where it is written:

- Create and query: headers, bodies, states, text times in UTC+8, ``usage``, limits of text
  and image, 24 hours of life (PixVerse image-to-video API reference). Only the key, the
  headers, the form of the body and the model's name are checked at once; all else is
  accepted and FAILS later, as users of the service report.
- List and cancel: paths, filters, pages, epoch milliseconds ("Manage asynchronous tasks").
- Uploads: getPolicy, the form, 300 seconds, 48 hours, the binding to one model ("Obtain a
  temporary file URL"; OSS, "PostObject" and its errors). The key is refused where it has no
  business: at the store and at the video host.
- Rates: 5 creates a second and 5 running tasks for each model, 20 queries, lists and
  cancels a second each, 100 policies ("Rate limits").
- Videos: H.264 in MP4, 24 frames a second, exactly ``duration * 24`` frames, the image first.

What is invention:

- Where no page tells the words of a refusal (of damaged or too large images, of list
  parameters), and the order in which several faults are told.
- The frame's size for an image's shape: a rule that fits the page's one sample.
- The motion, the cuts, the tone: nothing is generated, the camera only glides over the image.
- Images on the internet: nothing but loopback is ever called, so a gradient made of the URL
  stands in for them, and their format and size are not judged.
- Times: about two seconds a task, unless ``realistic``.

Where pages contradict each other or say nothing, the stricter reading is played, and the
scenario ``unsure`` plays the other one.
"""

from pixverse_cli.sandbox.scenarios import SCENARIOS, Scenario
from pixverse_cli.sandbox.service import Sandbox
from pixverse_cli.sandbox.tasks import Pace

__all__ = ["SCENARIOS", "Pace", "Sandbox", "Scenario"]
