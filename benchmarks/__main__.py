"""`scripts/bench reads`, `scripts/bench mirror` and `scripts/bench sandbox`"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import pages, report
from benchmarks.databases import Postgres
from benchmarks.measuring import WrongAnswer
from benchmarks.mirror.mirror import MirrorParts
from benchmarks.mirror.mirror import Options as MirrorOptions
from benchmarks.reads import CANDIDATES, QUERIES, Options, Reads

HERE = Path(__file__).parent
README = HERE / "README.md"
MARKER = "<!-- What follows is written by `scripts/bench reads --readme`. -->\n"
PARTS = {
    "comparison": "Side by side",
    "scale": "Many more rows",
    "beside": "Pages while lists are asked beside them",
    "memory": "Memory of one worker",
    "plans": "What PostgreSQL does on the large set",
}
MIRROR_BEGINS = "<!-- What follows is written by `scripts/bench mirror --readme`. -->\n"
MIRROR_ENDS = "<!-- Until here. -->\n"
MIRROR_PARTS = {
    "webhooks": "Webhooks",
    "backfill": "Backfill",
    "pace": "Backfill at Stripe's pace",
    "memory": "Memory of a long backfill",
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def root() -> None:
    """Measure the product beside others."""


@app.command()
def reads(
    parts: Annotated[str, typer.Option(help="What to measure.")] = ",".join(PARTS),
    candidates: Annotated[str, typer.Option(help="Who is measured.")] = ",".join(CANDIDATES),
    queries: Annotated[str, typer.Option(help="What they are asked.")] = ",".join(QUERIES),
    rounds: Annotated[int, typer.Option(help="Medians are of so many rounds.", min=1)] = 5,
    seconds: Annotated[float, typer.Option(help="How long each candidate is asked a query in a round.", min=0.5)] = 5,
    scale: Annotated[int, typer.Option(help="How many times larger the large set is.", min=2)] = 100,
    requests: Annotated[int, typer.Option(help="How many requests the memory is watched for.", min=5)] = 100_000,
    documents: Annotated[int, typer.Option(help="How many distinct documents those have.", min=1)] = 10_000,
    data: Annotated[Path, typer.Option(help="Where the synthetic mirrors are kept.")] = HERE / ".data",
    output: Annotated[Path | None, typer.Option(help="A file to write the report to; it is printed anyway.")] = None,
    readme: Annotated[bool, typer.Option("--readme", help="Put the report into benchmarks/README.md.")] = False,
) -> None:
    """Reads: ours, PostGraphile, Strawberry field by field, and the floor.

    Sets of rows that are missing are made first: the large one takes half an hour and 30 GB.
    """
    data.mkdir(parents=True, exist_ok=True)
    options = Options(
        data=data.resolve(),
        candidates=_listed(candidates, CANDIDATES),
        queries=_listed(queries, QUERIES),
        rounds=rounds,
        seconds=seconds,
        scale=scale,
        requests=requests,
        documents=documents,
    )
    chosen = _listed(parts, tuple(PARTS))
    postgres = Postgres(options.data)
    measured = Reads(postgres, options)
    how = f"{rounds} interleaved rounds of {seconds:g} s, 16 connections, one server process; medians"
    chapters = [report.machine(postgres.version, how)]
    text = _reported(chapters, {PARTS[part]: getattr(measured, part) for part in chosen}, output)
    if readme:
        before, marker, _ = README.read_text().partition(MARKER)
        README.write_text(f"{before}{marker}\n{text}\n")


@app.command()
def mirror(
    parts: Annotated[str, typer.Option(help="What to measure.")] = ",".join(MIRROR_PARTS),
    rounds: Annotated[int, typer.Option(help="Medians are of so many rounds.", min=1)] = 5,
    shoppers: Annotated[int, typer.Option(help="Customers whose past makes the events.", min=10)] = 200,
    objects: Annotated[int, typer.Option(help="Objects that are backfilled beside the peer.", min=1_000)] = 100_000,
    many: Annotated[
        int, typer.Option(help="Objects that are backfilled while memory is watched.", min=1_000)
    ] = 1_000_000,
    data: Annotated[Path, typer.Option(help="Where the databases are.")] = HERE / ".data",
    output: Annotated[Path | None, typer.Option(help="A file to write the report to; it is printed anyway.")] = None,
    readme: Annotated[bool, typer.Option("--readme", help="Put the report into benchmarks/README.md.")] = False,
) -> None:
    """The mirror: webhooks and backfill beside the sync engines from npm, and the memory of a long backfill."""
    data.mkdir(parents=True, exist_ok=True)
    postgres = Postgres(data)
    options = MirrorOptions(data=data.resolve(), rounds=rounds, shoppers=shoppers, objects=objects, many=many)
    measured = MirrorParts(postgres, options)
    chapters = [report.machine(postgres.version, f"{rounds} interleaved rounds, one process each; medians")]
    chosen = _listed(parts, tuple(MIRROR_PARTS))
    text = _reported(chapters, {MIRROR_PARTS[part]: getattr(measured, part) for part in chosen}, output)
    if readme:
        before, begins, rest = README.read_text().partition(MIRROR_BEGINS)
        _, ends, after = rest.partition(MIRROR_ENDS)
        README.write_text(f"{before}{begins}\n{text}\n\n{ends}{after}")


@app.command()
def sandbox(
    customers: Annotated[int, typer.Option(help="How many customers it has.", min=1, max=100_000)] = 100_000,
    count: Annotated[int, typer.Option("--pages", help="How many pages of each list are asked for.", min=1)] = 300,
) -> None:
    """The sandbox's lists: pages of 100 objects a second."""
    typer.echo(pages.report(customers, count))


def _reported(chapters: list[str], parts: Mapping[str, Callable[[], str]], output: Path | None) -> str:
    """The whole report, measured part by part under their titles, printed and written to a file."""
    try:
        chapters += [f"### {title}\n\n{measure()}" for title, measure in parts.items()]
    except WrongAnswer as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from None
    text = "\n\n".join(chapters)
    typer.echo(text)
    if output is not None:
        output.write_text(f"{text}\n")
    return text


def _listed(text: str, known: tuple[str, ...]) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"{name} is not one of {', '.join(known)}.")
    return names


if __name__ == "__main__":
    app(prog_name="scripts/bench")
