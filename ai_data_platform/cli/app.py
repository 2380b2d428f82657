"""The commands of `aidp`."""

import typer

from ai_data_platform.cli.commands.agreement import agreement
from ai_data_platform.cli.commands.annotation import annotation_queue
from ai_data_platform.cli.commands.datasets import check_dataset, verify_certificate
from ai_data_platform.cli.commands.dev import dev
from ai_data_platform.cli.commands.explain import explain
from ai_data_platform.cli.commands.feedback import copy_feedback
from ai_data_platform.cli.commands.gate import gate
from ai_data_platform.cli.commands.run import run
from ai_data_platform.cli.commands.sample import sample
from ai_data_platform.cli.commands.search import search
from ai_data_platform.cli.commands.serve import serve
from ai_data_platform.cli.commands.status import status
from ai_data_platform.cli.commands.tokens import tokens
from ai_data_platform.cli.commands.versions import rollback, versions

__all__ = ["main"]

app = typer.Typer(
    help="Chat logs, documents and feedback in; verified SFT, preference and RAG data out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    run,
    status,
    gate,
    explain,
    search,
    annotation_queue,
    sample,
    check_dataset,
    verify_certificate,
    agreement,
    versions,
    rollback,
    serve,
    copy_feedback,
    dev,
):
    app.command()(command)  # check_dataset is `aidp check-dataset`
app.add_typer(tokens, name="token")


def main() -> None:
    app()
