"""A contract for import-linter: who alone may import what."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Only(Contract):
    """Each rule is "imported: importers" or "imported: not importers"; names are packages or modules, "nobody" is none."""

    rules: Any = fields.ListField(fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every direct import of what a rule names, in whatever depth."""
        broken = [line for rule in self.rules for line in _breaches(graph, str(rule))]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports that are against a rule."""
        for line in check.metadata["broken"]:
            output.print_error(line)


def _breaches(graph: ImportGraph, rule: str) -> list[str]:
    imported, _, importers = rule.partition(":")
    names = importers.split()
    is_denied = names[0] == "not"
    return [
        f"{importer} may not import {module} ({rule})"
        for package in imported.split()
        for module in graph.modules
        if _is_in(module, [package])
        for importer in graph.find_modules_that_directly_import(module)
        if not _is_in(importer, [package]) and _is_in(importer, names) is is_denied
    ]


def _is_in(module: str, packages: list[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
