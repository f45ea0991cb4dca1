"""What ``submit`` and ``batch`` would do, as lines for people; of a batch also as JSON."""

from collections.abc import Callable, Iterator
from datetime import datetime

from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.plan import Action, BatchItem, Order, Plan
from pixverse_cli.domain.task import Record
from pixverse_cli.domain.text import harmless
from pixverse_cli.flows.plan import known_values
from pixverse_cli.flows.preview import preview
from pixverse_cli.media.output_names import resolve
from pixverse_cli.reporting.sentences import total_cost
from pixverse_cli.reporting.shapes import SCHEMA, estimate_json, number, sent_json
from pixverse_cli.reporting.types import PlannedJson

# What people read; the JSON has the values of Action themselves.
ACTIONS = {
    Action.UP_TO_DATE: "up-to-date",
    Action.ATTACH: "in progress",
    Action.SUBMIT: "submit",
    Action.REFUSE: "cannot",
}


def item_row(item: BatchItem) -> str:
    """Return a tab-separated line: action, output, then the estimate in CNY or the error."""
    if item.error is not None:
        last = item.error.message
    elif item.order is not None and item.action is Action.SUBMIT:
        last = str(item.order.estimate or "unknown")
    else:
        last = "0"
    return "\t".join((ACTIONS[item.action], harmless(item.output), harmless(last)))


def item_json(item: BatchItem) -> PlannedJson:
    """Return the plan for one output as an object."""
    order = item.order
    submits = order is not None and item.action is Action.SUBMIT
    return {
        "schema": SCHEMA,
        "output": item.output,
        "action": item.action,
        "request": sent_json(preview(order)[0]) if order else None,
        "cost": estimate_json(number(order.estimate) if order and submits else 0.0),
        "error": item.error.message if item.error else None,
    }


def request_lines(
    plan: Plan, now: datetime, live: Callable[[Order], Record | None]
) -> Iterator[str]:
    """Yield what ``submit`` would do, in words: each video, the total, and that all is well.

    A request with ``--once`` whose equal is ``live`` would not be paid.
    """
    paid = list[Order]()
    for order in plan.orders:
        earlier = live(order) if order.once else None
        take = f", take {order.take}" if order.take > 1 else ""
        yield harmless(f"{order.title}{take}")
        yield f"  video     {_video(order)}"
        if len(order.inputs) > 1:
            yield f"  inputs    {_inputs(order)}"
        for name, text in (("prompt", order.request.prompt), ("text", order.request.text)):
            if text:
                yield f"  {name:<8}  {harmless(' '.join(text.split()))}"
        yield f"  saved as  {_place(plan, order, now)}"
        if earlier is None:
            paid.append(order)
            yield f"  estimate  {_amount(order)}"
        else:
            yield f"  estimate  0 {CURRENCY}: already submitted as {earlier.task_id or 'unclear'}"
    videos = "1 video" if len(paid) == 1 else f"{len(paid)} videos"
    total = total_cost([(None, order.estimate) for order in paid]) if paid else f"0 {CURRENCY}"
    yield f"{videos} to pay for: {total or 'the cost is not known'}; prices of {PRICES_AS_OF}"
    yield "All checks passed. Nothing was sent."


def _video(order: Order) -> str:
    request = order.request
    seconds = f"{request.duration} s" if request.duration else ""
    sound = "with sound" if request.audio else ""
    watermark = "with watermark" if request.watermark else ""
    shots = f"{request.shot_type} shot" if request.shot_type else ""
    seed = "" if request.seed is None else f"seed {request.seed}"
    tier = str(request.resolution or "")
    ratio = str(request.ratio or "")
    voice = f"voice {request.speaker}" if request.speaker else ""
    facts = (request.model.alias, tier, ratio, seconds, voice, sound, watermark, shots, seed)
    return ", ".join(filter(None, facts))


def _inputs(order: Order) -> str:
    return ", ".join(harmless(f"{each.role} {each.source}") for each in order.inputs)


def _amount(order: Order) -> str:
    return "not known" if order.estimate is None else f"{order.estimate} {CURRENCY}"


def _place(plan: Plan, order: Order, now: datetime) -> str:
    """Return where the video would go; TASK_ID stands for the id that is not known yet."""
    if plan.policy is None:
        return "(not saved: without --wait or -o, only the task id is printed)"
    if plan.destination is None:
        return "(not saved: its URL is printed)"
    if plan.destination.template.stdout:
        return "(stdout)"
    values = {**known_values(order, now), "task_id": "TASK_ID"}
    return harmless(str(resolve(plan.destination.template, values)))
