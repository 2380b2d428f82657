"""HTML: what a reader sees of a page, without navigation, scripts and hidden parts."""

import re
from importlib.metadata import version

from resiliparse.parse.html import DOMContext, ElementNode, HTMLTree, TextNode, traverse_dom

from ai_data_platform.core.documents.encoding import DECODER_REVISION
from ai_data_platform.core.documents.sections import SectionWriter
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.records import Rejected

__all__ = ["EXTRACTOR_VERSION", "HtmlReader", "read_html"]

EXTRACTOR_VERSION = f"html:resiliparse-{version('resiliparse')}:decoder-{DECODER_REVISION}:1"

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "header", "hgroup", "hr", "li", "main", "menu", "ol", "p", "pre", "search", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", *_HEADINGS,
})
_NEVER_TEXT = frozenset({
    "audio", "button", "canvas", "datalist", "embed", "frame", "head", "iframe", "input",
    "noscript", "object", "option", "script", "select", "style", "svg", "template", "textarea",
    "title", "video",
})
_AROUND_ROLES = frozenset({
    "banner", "complementary", "contentinfo", "menu", "menubar", "navigation", "search",
})
_AROUND_CLASSES = frozenset({
    "breadcrumb", "breadcrumbs", "cookie-banner", "footer", "headerlink", "menu", "nav", "navbar",
    "navigation", "pagination", "sidebar", "site-footer", "site-header", "skip-link", "toc",
})
# fmt: on
_AROUND = frozenset({"footer", "nav"})
_AROUND_UNLESS_INSIDE = frozenset({"aside", "header"})  # inside content: its notes, its title
_CONTENT = frozenset({"article", "main"})
_LISTS = frozenset({"dir", "menu", "ol", "ul"})
_CELLS = frozenset({"td", "th"})
_NOT_IN_DATA = "table, pre, h1, h2, h3, h4, h5, h6"  # a table that holds one is there for layout
_DEEPEST_INDENT = (
    8  # without a limit, a hostile nest of lists gives text that grows with its square
)
_QUOTED = 80
_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_SELF_CLOSED = re.compile(rf"<(?!(?:{_VOID})\b)([A-Za-z][\w:-]{{0,40}})((?:\s[^<>]*)?)/>", re.I)


def read_html(markup: str) -> tuple[str | None, SectionWriter, tuple[Rejected, ...]]:
    """The <title>, the sections (not finished) and the dropped parts of one page.

    Raises SourceUnreadable(`no_text`) for framesets and for pages that hold nothing but tags.
    """
    tree = HTMLTree.parse(_expanded(markup) if markup.lstrip().startswith("<?xml") else markup)
    body, document = tree.body, tree.document
    if body is None or document is None or document.query_selector("frameset") is not None:
        raise SourceUnreadable("no_text", "the page is a frameset: its text is in the framed pages")
    # Megabytes of images are turned down here, before Python looks at each element.
    if not (body.text_content or "").strip():
        raise SourceUnreadable("no_text", "the page holds no text outside tags and attributes")
    reader = HtmlReader(SectionWriter())
    reader.read(_content_root(body))
    title = " ".join((tree.title or "").split())
    return title or None, reader.writer, tuple(reader.dropped)


def _expanded(markup: str) -> str:
    """XHTML's <script/> written out: an HTML parser takes it for the start of a script."""
    return _SELF_CLOSED.sub(r"<\1\2></\1>", markup)


def _content_root(body: ElementNode) -> ElementNode:
    """The page's one <main>, or else its body."""
    found = body.query_selector_all("main, [role=main]")
    main = found[0] if len(found) == 1 else None
    return main if main is not None and (main.text_content or "").strip() else body


class HtmlReader:
    """Walks a DOM once and tells a SectionWriter what a reader would see."""

    def __init__(self, writer: SectionWriter) -> None:
        self.writer = writer
        self.dropped: list[Rejected] = []
        self._text: list[str] = []
        self._skipped_at: int | None = None  # depth of the element whose content is left out
        self._content_depth = 0
        self._code_at: int | None = None  # depth of the <pre> around
        self._lists: list[int] = []  # number of the last item, or -1 for bullets
        self._marker = ""
        self._table_at: int | None = None  # depth of the table of data around
        self._cells: list[str] = []

    def read(self, root: ElementNode) -> None:
        """Sends all that is below the root."""
        traverse_dom(root, self._enter, self._leave)
        self._flush()

    def _enter(self, context: DOMContext) -> None:
        if self._skipped_at is not None:
            return
        node = context.node
        if isinstance(node, TextNode):
            text = node.text or ""
            self._text.append(text if self._code_at is not None else _squeezed(text))
        elif isinstance(node, ElementNode):
            self._open(node, node.tag or "", context.depth)

    def _leave(self, context: DOMContext) -> None:
        if self._skipped_at is not None:
            self._skipped_at = None if context.depth == self._skipped_at else self._skipped_at
        elif isinstance(context.node, ElementNode) and (tag := context.node.tag) in _BLOCKS:
            self._close(tag, context.depth)

    def _open(self, node: ElementNode, tag: str, depth: int) -> None:
        if tag in _NEVER_TEXT or self._is_around(node, tag):
            self._skipped_at = depth
        elif tag == "br":
            self._text.append("\n")
        elif tag in _BLOCKS and self._code_at is None:
            self._open_block(node, tag, depth)

    def _open_block(self, node: ElementNode, tag: str, depth: int) -> None:
        if self._table_at is not None:
            self._text.append(" ")  # a cell's paragraphs share the line of its row
            return
        self._flush()
        if tag == "pre":
            self._code_at = depth
        elif tag in _CONTENT:
            self._content_depth += 1
        elif tag in _LISTS:
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._marker = self._next_marker()
        elif tag == "table" and node.query_selector(_NOT_IN_DATA) is None:
            self._table_at = depth

    def _close(self, tag: str, depth: int) -> None:
        if self._code_at is not None:
            self._close_in_code(depth)
        elif self._table_at is not None:
            self._close_in_table(tag, depth)
        elif tag in _HEADINGS:
            self.writer.heading(_HEADINGS[tag], self._taken())
        else:
            self._flush()
        if tag in _CONTENT:
            self._content_depth -= 1
        elif tag in _LISTS and self._lists and self._table_at is None and self._code_at is None:
            self._lists.pop()

    def _close_in_code(self, depth: int) -> None:
        if depth == self._code_at:
            self.writer.code(self._taken())
            self._code_at = None
        else:
            self._text.append("\n")  # highlighters write one element a line

    def _close_in_table(self, tag: str, depth: int) -> None:
        if tag in _CELLS:
            self._cells.append(" ".join(self._taken().split()))
        elif tag == "tr":
            self.writer.line(" | ".join(self._cells) if any(self._cells) else "")
            self._cells.clear()
        elif tag == "caption":
            self._flush()
        elif depth == self._table_at:
            self._table_at = None
            self._flush()

    def _flush(self) -> None:
        lines = (" ".join(line.split()) for line in self._taken().split("\n"))
        text = "\n".join(filter(None, lines))
        if text and self._lists:
            indent = "  " * min(len(self._lists) - 1, _DEEPEST_INDENT)
            self.writer.line(f"{indent}{self._marker}{text}")
            self._marker = ""
        else:
            self.writer.paragraph(text)

    def _taken(self) -> str:
        text = "".join(self._text)
        self._text.clear()
        return text

    def _next_marker(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _is_around(self, node: ElementNode, tag: str) -> bool:
        """Whether the element stands around the content or is hidden; if so, it is reported."""
        around = (
            tag in _AROUND
            or (tag in _AROUND_UNLESS_INSIDE and not self._content_depth)
            or (bool(node.attrs) and _marked_as_around(node))
        )
        if around and (text := " ".join((node.text_content or "").split())):
            self.dropped.append(Rejected("navigation", f"<{tag}> {text[:_QUOTED]}"))
        return around


def _marked_as_around(node: ElementNode) -> bool:
    style = (node.getattr("style") or "").replace(" ", "").lower()
    return (
        node.hasattr("hidden")
        or node.getattr("aria-hidden") == "true"
        or "display:none" in style
        or (node.getattr("role") or "").lower() in _AROUND_ROLES
        or not _AROUND_CLASSES.isdisjoint((node.getattr("class") or "").lower().split())
    )


def _squeezed(text: str) -> str:
    """White space as a browser shows it, so that only <br> ends a line."""
    inner = " ".join(text.split())
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() else ""
    return before + inner + after if inner else before
