"""Differences of the samples on `/metrics`, as counters begin with the process and not with a test."""

from prometheus_client import REGISTRY


class Counts:
    """The counters as they are now; a call returns by how much a sample has grown since."""

    def __init__(self) -> None:
        self._before = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for metric in REGISTRY.collect()
            for sample in metric.samples
        }

    def __call__(self, sample: str, **labels: str) -> float:
        now = REGISTRY.get_sample_value(sample, labels) or 0.0
        return now - self._before.get((sample, *sorted(labels.items())), 0.0)


def value(sample: str, **labels: str) -> float:
    """Return the value of a gauge."""
    found = REGISTRY.get_sample_value(sample, labels)
    assert found is not None, f"there is no {sample}"
    return found
