"""The commands of `aidp`."""

import os
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from ai_data_platform.cli.gate_report import gate_report, report_as_json
from ai_data_platform.cli.gate_view import show_gate
from ai_data_platform.cli.output import AsJson, console, explained, show_json, table
from ai_data_platform.cli.report import platform_report
from ai_data_platform.cli.summary import show_summary
from ai_data_platform.settings import CHECKOUT, Settings, read_settings
from ai_data_platform.stores.home import PUBLICATIONS, Home

__all__ = ["main"]

app = typer.Typer(
    help="Chat logs, documents and feedback in; verified SFT, preference and RAG data out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    app()


def _home(settings: Settings) -> Home:
    warehouse = settings.warehouse.get_secret_value()
    return Home(settings.home, CHECKOUT / "dbt_project", warehouse)


@app.command()
@explained
def run(
    selection: Annotated[
        str | None, typer.Argument(help="Assets in Dagster's selection syntax; all by default.")
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="First day, UTC."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="DAY", help="Last day, UTC."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Ask every asset, even when nothing changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Materialise what changed and publish what passes its gate."""
    settings = read_settings()
    home = _home(settings)
    snapshot = _snapshot(settings, home)
    whole = selection is None and first is None and last is None
    if whole and not force and (report := snapshot.unchanged()) is not None:
        _show(report, settings, [], as_json, note="Nothing changed since the last run.")
        return
    from ai_data_platform.cli.graph import GraphRun

    sources = snapshot.sources()
    if as_json:
        console.quiet = True
    graph = GraphRun(settings, home)
    good = graph.run(selection, first and first.date(), last and last.date())
    console.quiet = False
    report = platform_report(home)
    if good and whole:
        snapshot.record(sources, report)
    _show(report, settings, graph.failures, as_json)
    if not good:
        raise typer.Exit(1)


@app.command()
@explained
def status(
    every_drop: Annotated[
        bool, typer.Option("--all", help="Show every reason for which rows were dropped.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What is published, what the gates said last, and where rows went."""
    settings = read_settings()
    report = platform_report(_home(settings))
    _show(report, settings, [], as_json, next_steps=False, every_drop=every_drop)


@app.command()
@explained
def gate(
    name: Annotated[
        str,
        typer.Argument(help=f"{', '.join(PUBLICATIONS)}, or a table: raw_chat_logs/2025-03-01."),
    ],
    candidate: Annotated[
        str | None,
        typer.Option(help="The start of a fingerprint; the candidate judged last by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Why a gate let a candidate through, or did not. Exit code 1 when it did not."""
    report = gate_report(_home(read_settings()), name, candidate)
    if as_json:
        show_json(report_as_json(report))
    else:
        show_gate(report)
    if not report.passes:
        raise typer.Exit(1)


@app.command()
@explained
def explain(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="FILE:LINE, or the id of a record, row or document.")
    ],
    every: Annotated[bool, typer.Option("--all", help="Show every record and chunk.")] = False,
    as_json: AsJson = False,
) -> None:
    """The way of a row back to its raw lines, and of a raw line to its rows or its reason."""
    from ai_data_platform.cli.explain import explanation_as_json, show_explanation
    from ai_data_platform.stores.provenance import Provenance, Sources

    settings = read_settings()
    sources = Sources(settings.chat_log_source(), settings.feedback_source(), settings.documents)
    most = None if every or as_json else 12
    found = Provenance(_home(settings), sources).explain(id, raw_lines=most or 100)
    if as_json:
        show_json(explanation_as_json(found))
    else:
        show_explanation(found, most=most)


@app.command()
@explained
def search(
    query: Annotated[str, typer.Argument(help="A question in plain words.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Passages to show.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Passages of the published knowledge base that answer a question."""
    from ai_data_platform.stores.search import KnowledgeBase

    settings = read_settings()
    found = KnowledgeBase(_home(settings), _embedder(settings))
    hits = found.search(query, k)
    if as_json:
        show_json({"version": found.version(), "hits": hits})
        return
    for rank, hit in enumerate(hits, start=1):
        place = " › ".join(dict.fromkeys([hit["title"], *hit["heading_path"]]))
        page = f", page {hit['page']}" if hit["page"] else ""
        where = (f"{hit['uri']}{page}", "dim")
        console.print(Text.assemble((f"{rank}. {place}", "bold"), "  ", where))
        console.print(hit["text"][:600], style="", highlight=False, markup=False)
        console.print()


@app.command()
@explained
def sample(
    to: Annotated[Path, typer.Option(help="Folder to write into.")],
    conversations: Annotated[
        int | None, typer.Option(min=1, help="Conversations; about 2.5 exchanges each.")
    ] = None,
    documents: Annotated[int | None, typer.Option(min=1, help="Readable documents.")] = None,
    feedback: Annotated[int | None, typer.Option(min=0, help="Ratings, one a line.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=365, help="Days to spread over.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed writes the same bytes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write realistic inputs with known planted defects."""
    from dataclasses import asdict

    from ai_data_platform.core.samples.spec import SampleSpec
    from ai_data_platform.stores.samples import write_sample

    asked = {
        "conversations": conversations,
        "documents": documents,
        "feedback": feedback,
        "days": days,
        "seed": seed,
    }
    spec = SampleSpec(**{name: value for name, value in asked.items() if value is not None})
    report = asdict(write_sample(to, spec))
    if as_json:
        show_json(report)
    else:
        console.print(table(["what", "count"], _flat(report), title=f"Written to {to}"))


@app.command("check-dataset")
@explained
def check_dataset(
    path: Annotated[Path, typer.Argument(help="A training file, or the folder of a version.")],
    label: Annotated[
        str | None, typer.Option(help="Column of labels; label, ratings or rating by default.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens that the trainer keeps; AIDP_MAX_TOKENS.")
    ] = None,
    upsample: Annotated[
        Path | None, typer.Option(help="Write the training rows here, rare labels repeated.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page with plots here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Whether a file can train a model, rule by rule. Exit code 1 when it cannot."""
    from ai_data_platform.cli import check_dataset as view
    from ai_data_platform.stores.dataset_files import DatasetFiles

    settings, files = read_settings(), DatasetFiles(path)
    checked = view.check_files(files, settings, label=label, max_tokens=max_tokens)
    plan = None if upsample is None else view.upsample(files, checked, settings, upsample)
    if html is not None:
        html.write_bytes(view.page(checked))
    if as_json:
        show_json(view.checked_as_json(checked, plan))
    else:
        view.show_checked(checked)
        view.show_upsampling(plan, upsample)
    if not checked.verdict.passed:
        raise typer.Exit(1)


@app.command("verify-certificate")
@explained
def verify_certificate(
    path: Annotated[Path, typer.Argument(help="The certificate.json of a version.")],
    items: Annotated[
        Path | None,
        typer.Option(help="Parquet of the evaluation items; those kept in AIDP_HOME by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Work out a leakage certificate again, by other means. Exit code 1 when it does not hold."""
    from ai_data_platform.cli import certificates
    from ai_data_platform.stores.certificate_check import verify_certificate as verify

    wanted = certificates.find_items(_home(read_settings()), items)
    quiet = as_json or console.quiet
    found = verify(path, wanted, lambda line: None if quiet else console.print(f"  {line}"))
    if as_json:
        show_json(certificates.verification_as_json(found))
    else:
        certificates.show_verification(found)
    if not found.holds:
        raise typer.Exit(1)


@app.command()
@explained
def versions(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(PUBLICATIONS)}.")],
    as_json: AsJson = False,
) -> None:
    """Every published version, the newest first; ● is the one that readers see."""
    listed = _home(read_settings()).versions(name).published()
    rows = [
        {
            "version": found.version,
            "published_at": found.published_at and found.published_at.isoformat(timespec="seconds"),
            "rows": found.rows,
            "current": found.current,
            "path": str(found.folder),
        }
        for found in listed
    ]
    if as_json:
        show_json(rows)
        return
    shown = [
        ("●" if r["current"] else "", r["version"], r["published_at"], r["rows"]) for r in rows
    ]
    console.print(table(["", "version", "published at", "rows"], shown))


@app.command()
@explained
def rollback(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(PUBLICATIONS)}.")],
    version: Annotated[
        str | None, typer.Argument(help="A version or its start; the one before by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Point readers at an earlier published version, at once. Later runs leave it there."""
    current = _home(read_settings()).versions(name).rollback(version)
    if as_json:
        show_json({"name": name, "published": current.version, "rows": current.rows})
    else:
        console.print(f"Readers of {name} now see {current.version} ({current.rows:,} rows).")


@app.command()
@explained
def serve() -> None:
    """The feedback API and search over HTTP, on AIDP_HOST and AIDP_PORT."""
    import uvicorn

    from ai_data_platform.api.app import create_app
    from ai_data_platform.stores.search import KnowledgeBase

    settings = read_settings()
    home = _home(settings)
    found = KnowledgeBase(home, _embedder(settings))
    threading.Thread(target=found.warm, daemon=True).start()
    service = create_app(home.feedback, search=found.search)
    uvicorn.run(service, host=settings.host, port=settings.port, log_level="info")


@app.command()
@explained
def dev(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
) -> None:
    """The Dagster UI, with sensors and schedule on, over the same data."""
    settings = read_settings()
    home = _home(settings)
    home.claim(sample=settings.on_the_sample)
    os.environ["DAGSTER_HOME"] = str(home.prepare_dagster())
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "--port", str(port)]
    os.execv(command[0], [*command, "--module-name", "ai_data_platform.definitions"])


def _embedder(settings: Settings) -> Any:
    from ai_data_platform.stores.models import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(settings.embedding_model, settings.embedding_revision)


def _snapshot(settings: Settings, home: Home) -> Any:
    from ai_data_platform.stores.snapshot import RunSnapshot

    return RunSnapshot(
        home,
        chat_logs=settings.chat_log_source(),
        feedback=settings.feedback_source(),
        documents=settings.documents,
        evaluation=(settings.eval_questions, settings.eval_answers),
        evaluation_sets=settings.eval_sets,
        settings=settings.model_dump_json(exclude={"host", "port"}),
        code=(CHECKOUT / "ai_data_platform", CHECKOUT / "dbt_project" / "models"),
    )


def _flat(report: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in report.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", value))
    return rows


def _show(
    report: dict[str, Any],
    settings: Settings,
    failures: list[Any],
    as_json: bool,
    *,
    note: str | None = None,
    next_steps: bool = True,
    every_drop: bool = False,
) -> None:
    if as_json:
        failed = [{"where": f.where, "message": f.message} for f in failures]
        show_json({**report, "note": note, "failures": failed})
        return
    show_summary(
        report,
        failures,
        note,
        on_the_sample=settings.on_the_sample,
        next_steps=next_steps,
        every_drop=every_drop,
    )
