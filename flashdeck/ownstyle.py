"""The project's own CSS, with the names under which its pictures and fonts are packed."""

from __future__ import annotations

from dataclasses import replace

from flashdeck.diagnostics import Diagnostic
from flashdeck.project import Project
from flashdeck.templatemedia import TemplateDresser
from flashdeck.yamlnode import MappingNode, ScalarNode


def with_own_style(project: Project, dress: TemplateDresser) -> tuple[Project, list[Diagnostic]]:
    """Dress the `css` of `flashdeck.yaml`; a file that it names is seen from that file's folder."""
    settings = project.settings
    root = settings.yaml.documents[0] if settings.yaml and settings.yaml.documents else None
    node = root.get("css") if isinstance(root, MappingNode) else None
    if settings.yaml is None or not isinstance(node, ScalarNode):
        return project, []
    folder = project.root
    if settings.css != node.value:  # it was a file's name
        folder = (folder / node.value.strip()).parent
    css, faults = dress(settings.css, folder, css=True, verbatim=settings.verbatim)
    span = settings.yaml.span(node)
    problems = [
        Diagnostic("template-media", one.message, span, one.severity, one.hint) for one in faults
    ]
    return replace(project, settings=replace(settings, css=css)), problems
