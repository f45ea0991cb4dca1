"""Bodies of create calls of every kind, valid unless a test changes them."""

from pixverse_cli.domain.catalog import (
    Media,
    Need,
    Parameter,
    Resolution,
    find_model,
)

URLS = {
    Media.IMAGE: "https://example.com/a.png",
    Media.VIDEO: "https://example.com/v.mp4",
    Media.AUDIO: "https://example.com/s.mp3",
}


def body_of(alias, *, media=None, prompt=..., without=(), **parameters):
    """Return a body for a model; ``media`` replaces all inputs, ``without`` names left-out ones."""
    model = find_model(alias)
    inputs = {} if media is None and not model.inputs else {"media": media or least(model)}
    if media is not None:
        inputs["media"] = media
    if prompt is ... and model.prompt is not Need.NONE:
        prompt = "A turtle."
    if prompt not in (None, ...):
        inputs["prompt"] = prompt
    usual = {}
    if model.sizes:
        usual["size"] = "640*360"
    elif model.takes(Parameter.RESOLUTION):
        usual["resolution"] = str(Resolution.P360)
    if model.takes(Parameter.ASPECT_RATIO) and not model.sizes:
        usual["aspect_ratio"] = "16:9"
    if model.takes(Parameter.DURATION):
        usual["duration"] = 5 if model.alias.startswith("v5.6") else 1
    wanted = {name: value for name, value in (usual | parameters).items() if name not in without}
    return {"model": model.name, "input": inputs, "parameters": wanted}


def least(model):
    """Return the least inputs that a model takes; one picture where any input will do."""
    found = [
        element(rule.word, URLS[rule.media]) for rule in model.inputs for _ in [0] * rule.least
    ]
    if model.speech:
        found += voice("Hello.")
    return found or [element(model.inputs[0].word, URLS[Media.IMAGE])]


def element(word, url, name=None):
    return {"type": word, "url": url} | ({"ref_name": name} if name else {})


def image(url=URLS[Media.IMAGE], name=None):
    return element("image_url", url, name)


def video(url=URLS[Media.VIDEO], name=None):
    return element("video_url", url, name)


def audio(url=URLS[Media.AUDIO]):
    return element("audio_url", url)


def voice(text, speaker="auto"):
    return [
        {"type": "lip_sync_tts_speaker_id", "id": speaker},
        {"type": "lip_sync_tts_content", "content": text},
    ]


def frames(first, last):
    return [element("first_frame", first), element("last_frame", last)]
