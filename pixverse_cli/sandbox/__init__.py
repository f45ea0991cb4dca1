"""A local copy of the documented service, free of charge, for pipelines and tests.

It listens on three ports of 127.0.0.1, one for each host of the real service: the API, the
temporary store for images (OSS), and the videos. ``Sandbox`` opens them; ``SCENARIOS`` lists
the failures that it can simulate; ``Pace`` says how long tasks take.

What follows the documentation, and which page:

- Create and query: headers, bodies, states, text times in UTC+8, ``usage``, limits of texts
  and inputs, 24 hours of life (PixVerse API references of Model Studio, one for each kind of
  video). Only the key, the headers, the form of the body and the model's name are checked at
  once; everything else is accepted and FAILS later, as users of the service report.
- List and cancel: paths, filters, pages, epoch milliseconds ("Manage asynchronous tasks").
- Uploads: getPolicy, the form, 300 seconds, 48 hours, the binding to one model ("Obtain a
  temporary file URL"; OSS, "PostObject" and its errors). The store and the video host refuse
  requests that carry the API key.
- Rates: 5 running tasks and 5 creates a second for the models of one generation, and 300
  creates a minute for lip sync, motion control and upscale together; 20 queries, lists and
  cancels a second each, 100 policies ("Rate limits").
- Videos: H.264 in MP4. Generated ones have 24 frames a second, exactly ``duration * 24``
  frames, the image or first frame at their start, the last frame at their end, the size that
  was ordered. A lip sync has the size and rate of its video and the sound that was given; an
  upscaled video has the long side 3840; motion control takes the length of its video.

What is invented:

- The text of refusals that no page quotes (damaged or too large inputs, list parameters), and
  which of several faults is reported first.
- The frame's size for an image's shape: a rule that fits the page's one sample.
- The motion, the cuts, the tone, the voice: nothing is generated. The camera only moves over
  the image, over the references side by side, or over a gradient computed from the prompt.
  First and last frame fade into each other. Faces and persons are not looked for.
- An upscaled video shows one picture a second, because frames of this size take long to make.
- Inputs on the internet: the sandbox connects to loopback only. A gradient computed from the
  URL replaces them, five seconds long, and their format and size are not checked.
- The largest upload of a model: 100 MB, or its largest input.
- Times: about two seconds a task, unless ``realistic``.

Where pages contradict each other or say nothing, the sandbox follows the stricter reading; the
scenario ``unsure`` follows the other one.
"""

from pixverse_cli.sandbox.scenarios import SCENARIOS, Scenario
from pixverse_cli.sandbox.service import Sandbox
from pixverse_cli.sandbox.tasks import Pace

__all__ = ["SCENARIOS", "Pace", "Sandbox", "Scenario"]
