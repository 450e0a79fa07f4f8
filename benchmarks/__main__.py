"""All benchmarks in turn: ``python -m benchmarks``; ``--quick`` renders fewer municipalities."""

from __future__ import annotations

import sys

from benchmarks import bench_data, bench_fetch, bench_render, bench_statbank


def main() -> None:
    """Run and print them one after the other."""
    quick = "--quick" in sys.argv[1:]
    for title, run in (
        ("Fetch", bench_fetch.main),
        ("StatBank, read and judged", bench_statbank.main),
        ("Raw to tidy", bench_data.main),
        ("Rendering", lambda: bench_render.main(quick=quick)),
    ):
        print(f"\n{title}", flush=True)
        run()


if __name__ == "__main__":
    main()
