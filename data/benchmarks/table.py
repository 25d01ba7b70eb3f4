"""Figures to a table that a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NAME, COLUMN = 46, 20
TWICE, ONE_PERCENT = 2.0, 0.01
DENSE_WAYS = {
    "exact": "exact search over the tenth in force",
    "chroma_where": "Chroma, everything, `where` filter",
    "chroma_in_force": "Chroma, collection of what is in force",
}


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """All lines, the goals last."""
    ours, plain = figures["ours"], figures["plain"]
    machine = figures["machine"]
    yield (
        f"{len(figures['pdfs'])} PDFs, {figures['questions']} questions; {machine['cpus']} processors, load "
        f"{machine['load']:.1f} at the start, {machine['load_at_end']:.1f} at the end; our number format: "
        f"{machine['precision']}, plain: float32"
    )
    yield from _ingest(ours, plain)
    yield from _stages(ours, plain)
    yield from _questions(ours, plain)
    yield from _dense(figures["dense"])
    yield from _goals(ours, plain)


def _row(name: str, ours: str, plain: str = "") -> str:
    return f"{name:<{NAME}}{ours:>{COLUMN}}{plain:>{COLUMN}}".rstrip()


def _head(name: str, ours: str = "our way", plain: str = "plain LlamaIndex") -> str:
    return "\n" + _row(name, ours, plain) + "\n" + "-" * (NAME + 2 * COLUMN)


def _mib(count: float) -> str:
    return f"{count / 2**20:,.1f} MiB"


def _both(name: str, ours: dict[str, Any], plain: dict[str, Any], key: str, form: str) -> str:
    return _row(name, *("-" if side[key] is None else form.format(side[key]) for side in (ours, plain)))


def _ingest(ours: dict[str, Any], plain: dict[str, Any]) -> Iterator[str]:
    yield _head("Ingest (whole process)")
    yield _both("seconds", ours, plain, "seconds", "{:.1f}")
    yield _both("processor seconds", ours, plain, "cpu_seconds", "{:.1f}")
    yield _both("processors taken by other programs", ours, plain, "others_share", "{:.0%}")
    yield _both("pages", ours, plain, "pages", "{:,}")
    yield _both("pages/s", ours, plain, "pages_per_second", "{:.1f}")
    yield _both("passages", ours, plain, "passages", "{:,}")
    yield _both("tokens embedded", ours, plain, "tokens_embedded", "{:,}")
    yield _both("tokens truncated, never embedded", ours, plain, "tokens_truncated", "{:,}")
    shares = [
        side["tokens_truncated"] / max(1, side["tokens_embedded"] + side["tokens_truncated"]) for side in (ours, plain)
    ]
    yield _row("  share of all tokens", *(f"{share:.1%}" for share in shares))
    yield _both("passages cut off", ours, plain, "passages_cut", "{:,}")
    yield _row("tokens embedded/s", *(f"{side['tokens_embedded'] / side['seconds']:,.0f}" for side in (ours, plain)))
    yield _row("peak memory, children included", _mib(ours["peak_bytes"]), _mib(plain["peak_bytes"]))
    yield _row("disk", *(_mib(sum(side["disk"].values())) for side in (ours, plain)))
    for index, side in enumerate((ours, plain)):
        for name, size in side["disk"].items():
            yield _row(f"  {name}", *[""] * index, _mib(size))
    yield _both("unchanged re-ingest, seconds", ours, plain, "again_seconds", "{:.2f}")
    yield _both("  share of the first ingest", ours, plain, "again_share", "{:.2%}")
    if ours["not_taken_in"]:
        yield "not published by our way: " + ", ".join(ours["not_taken_in"])


def _stages(ours: dict[str, Any], plain: dict[str, Any]) -> Iterator[str]:
    yield _head("Stages: seconds (pages/s)")
    for name in dict.fromkeys([*ours["stages"], *plain["stages"]]):
        yield _row(name, *(_stage(side, name) for side in (ours, plain)))
    yield _row("the rest: start, imports, waiting to read", *(_rest(side) for side in (ours, plain)))


def _stage(side: dict[str, Any], name: str) -> str:
    seconds = side["stages"].get(name)
    if seconds is None:
        return "-"
    return f"{seconds:.2f} ({side['pages'] / seconds:,.0f})" if seconds >= 0.01 else f"{seconds:.2f}"


def _rest(side: dict[str, Any]) -> str:
    beside = sum(seconds for name, seconds in side["stages"].items() if "beside" not in name)
    return f"{max(0.0, side['seconds'] - beside):.2f}"


def _questions(ours: dict[str, Any], plain: dict[str, Any]) -> Iterator[str]:
    yield _head("Questions: p50 / p95 ms")
    yield _row("search", *(_spread(side["search"]) for side in (ours, plain)))
    yield _row("ask (quotes checked, or a refusal)", _spread(ours["ask"]), "retrieves only")
    yield _row("cold start to a first answer, seconds", *(f"{side['cold_seconds']:.2f}" for side in (ours, plain)))
    yield _row("  peak memory", *(_mib(side["cold_peak_bytes"]) for side in (ours, plain)))


def _spread(figures: dict[str, float]) -> str:
    return f"{figures['p50_ms']:.1f} / {figures['p95_ms']:.1f}"


def _dense(runs: list[dict[str, Any]]) -> Iterator[str]:
    for run in runs:
        title = f"Dense search, {run['size']:,} vectors, {run['in_force']:,} in force"
        yield _head(title, "p50 / p95 ms", "recall@10")
        for key, name in DENSE_WAYS.items():
            yield _row(name, _spread(run[key]), f"{run[key]['recall']:.3f}")
        yield _row(
            "  seconds to fill: everything / in force", "{everything_s:.1f} / {in_force_s:.1f}".format(**run["fill"])
        )


def _goals(ours: dict[str, Any], plain: dict[str, Any]) -> Iterator[str]:
    times = ours["pages_per_second"] / plain["pages_per_second"]
    share = ours["again_share"]
    yield f"\nat least twice as fast to ingest: {_yes(times >= TWICE)} ({times:.2f})"
    yield f"unchanged re-ingest <= 1 %: {_yes(share <= ONE_PERCENT)} ({share:.2%})"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
