"""``pixverse doctor``."""

import typer

from pixverse_cli.commands import context, shared_options
from pixverse_cli.reporting.show import show_finding


def command(
    ctx: typer.Context,
    as_json: shared_options.AsJson = False,
    quiet: shared_options.Quiet = False,
    verbose: shared_options.Verbose = 0,
) -> None:
    """Check the setup: key, service, store and shell. It costs nothing.

    \b
    Examples:
      pixverse doctor
      pixverse doctor --json
    """
    from pixverse_cli.flows.doctor import examine, gravest

    app = context.app_context(ctx)
    findings = []
    for finding in examine(app, app.runtime.environ, app.runtime.clock):
        show_finding(finding, app.output)
        findings.append(finding)
    if error := gravest(findings):
        raise error
