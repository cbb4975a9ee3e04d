"""The report: a Markdown table, JSON and a picture."""

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measurements import Row


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| | work | measured (min-max) | goal | | per second | CPU µs | p50 ms | p99 ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        sign = "≤" if row.at_most else "≥"
        spread = f"{_number(row.value)} ({_number(min(row.values))}-{_number(max(row.values))}) {row.unit}"
        verdict = f"void: {row.bad} bad" if row.bad else "reached" if row.is_reached else "missed"
        facts = [str(row.facts.get(name, "")) for name in ("per_second", "cpu_us", "p50_ms", "p99_ms")]
        cells = [row.name, row.work, spread, f"{sign} {_number(row.goal)} {row.unit}", verdict, *facts]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.2f}"


def document(rows: Sequence[Row]) -> dict[str, Any]:
    """Return everything that was measured, and on what."""
    return {
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "rows": [
            {
                **row._asdict(),
                "median": row.value,
                "min": min(row.values),
                "max": max(row.values),
                "reached": row.is_reached,
            }
            for row in rows
        ],
    }


def save(rows: Sequence[Row], folder: Path) -> None:
    """Write ``bench.json`` and ``bench.svg``."""
    (folder / "bench.json").write_text(json.dumps(document(rows), indent=2) + "\n")
    (folder / "bench.svg").write_text(picture(rows))


def picture(rows: Sequence[Row]) -> str:
    """Draw throughput beside the floor's, and p99 under it, as SVG."""
    shown = [row for row in rows if "per_second" in row.facts]
    height = 60 + 70 * len(shown)
    highest = max(
        [1.0, *(max(row.facts["per_second"], row.facts.get("floor_per_second", 0)) for row in shown)]
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="760" height="{height}" fill="#fff"/>',
        '<text x="20" y="28" font-size="16" font-weight="600">Requests a second, and p99</text>',
        '<rect x="440" y="17" width="12" height="12" fill="#b9c2cc"/><text x="458" y="28">floor</text>',
        '<rect x="520" y="17" width="12" height="12" fill="#2f6fde"/><text x="538" y="28">Flyers BFF</text>',
    ]
    for place, row in enumerate(shown):
        top = 56 + 70 * place
        parts.append(f'<text x="20" y="{top + 8}">{row.name}: {row.work}</text>')
        for offset, name, colour in ((14, "floor_per_second", "#b9c2cc"), (32, "per_second", "#2f6fde")):
            if name not in row.facts:
                continue
            width = max(1.0, 480 * row.facts[name] / highest)
            p99 = row.facts.get("floor_p99_ms" if name.startswith("floor") else "p99_ms")
            label = f"{row.facts[name]:,.0f}/s" + (f", p99 {p99} ms" if p99 is not None else "")
            parts.append(f'<rect x="20" y="{top + offset}" width="{width:.0f}" height="14" fill="{colour}"/>')
            parts.append(f'<text x="{28 + width:.0f}" y="{top + offset + 12}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])
