"""Hook of mkdocs: what the site has besides docs/, and links that lead out of it.

The changelog and the page for contributors stand at the top of the repository, where people look
for them; the site takes them in. A link to a file of the source is its words alone, as no server is
known that would show the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
# Page at the top of the repository -> its page of the site.
TAKEN_IN = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
_LINK = re.compile(r"\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that stand at the top of the repository."""
    from mkdocs.structure.files import File

    for name, page in TAKEN_IN.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return the text of a page with links that hold within the site."""
    up = "../" * page.file.src_uri.count("/")
    is_top = page.file.src_uri in TAKEN_IN.values()

    def within(link: re.Match[str]) -> str:
        words, target = link["words"], link["target"]
        path, mark, anchor = target.partition("#")
        path = path.removeprefix("docs/") if is_top else path
        own = path if is_top else path.removeprefix(f"{up}../")
        if is_top or own != path:
            if own in TAKEN_IN:
                return f"[{words}]({up}{TAKEN_IN[own]}{mark}{anchor})"
            if not path.startswith("http") and not (ROOT / "docs" / own).is_file():
                return words
        return f"[{words}]({path}{mark}{anchor})"

    return _LINK.sub(within, markdown)
