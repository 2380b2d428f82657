"""HTML: the main content of a page, without navigation, scripts and what is hidden."""

from importlib.metadata import version

from resiliparse.parse.html import DOMContext, DOMNode, HTMLTree, NodeType, traverse_dom

from ai_data_platform.core.documents.encoding import DECODER_REVISION
from ai_data_platform.core.documents.sections import SectionWriter
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.records import Rejected

__all__ = ["EXTRACTOR_VERSION", "HtmlReader", "read_html"]

EXTRACTOR_VERSION = f"html:resiliparse-{version('resiliparse')}:decoder-{DECODER_REVISION}:1"

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form header hgroup hr li main menu ol optgroup p search section "
    "summary table tbody td tfoot th thead tr ul".split()
)
_NEVER_TEXT = frozenset(
    "audio button canvas datalist embed frame frameset head iframe input link map meta noscript "
    "object option script select style svg template textarea title video".split()
)
_AROUND = frozenset({"nav", "footer"})
_AROUND_UNLESS_INSIDE = frozenset({"header", "aside"})  # inside an article: its title, its notes
_CONTENT = frozenset({"main", "article"})
_AROUND_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary"}
)
_AROUND_CLASSES = frozenset(
    "breadcrumb breadcrumbs cookie-banner footer headerlink menu nav navbar navigation "
    "pagination sidebar site-footer site-header skip-link toc".split()
)
_LAYOUT = "table, pre, h1, h2, h3, h4, h5, h6"
_DEEPEST_INDENT = (
    8  # without a limit, a hostile nest of lists gives text that grows with its square
)


def read_html(markup: str) -> tuple[str | None, SectionWriter, tuple[Rejected, ...]]:
    """Title, sections (not finished) and dropped parts of one page; `no_text` when there are none."""
    tree = HTMLTree.parse(markup)
    body = tree.body
    if body is None or tree.document.query_selector("frameset") is not None:
        raise SourceUnreadable("no_text", "the page is a frameset: its text is in the framed pages")
    for hidden in list(body.query_selector_all("script, style, noscript, template")):
        hidden.text = ""
    # Five megabytes of images are turned down here, before Python looks at each element.
    if not (body.text_content or "").strip():
        raise SourceUnreadable("no_text", "the page holds no text outside scripts and attributes")
    reader = HtmlReader(SectionWriter())
    reader.read(_content_root(tree))
    title = " ".join((tree.title or "").split())
    return title or None, reader.writer, tuple(reader.dropped)


def _content_root(tree: HTMLTree) -> DOMNode:
    found = list(tree.body.query_selector_all("main, [role=main]"))
    return found[0] if len(found) == 1 and (found[0].text_content or "").strip() else tree.body


class HtmlReader:
    """Walks a DOM once and tells a SectionWriter what a reader would see."""

    def __init__(self, writer: SectionWriter) -> None:
        self.writer = writer
        self.dropped: list[Rejected] = []
        self._text: list[str] = []
        self._skipped_at: int | None = None  # depth of the element whose content is left out
        self._content_depth = 0
        self._preformatted = 0
        self._lists: list[int] = []  # number of the last item, or -1 for bullets
        self._marker = ""
        self._cells: list[str] | None = None  # None outside a table of data
        self._data_table_depth: int | None = None

    def read(self, root: DOMNode) -> None:
        if root.tag in _CONTENT:
            self._content_depth += 1
        traverse_dom(root, self._enter, self._leave)
        self._flush()

    def _enter(self, context: DOMContext) -> None:
        if self._skipped_at is not None:
            return
        node = context.node
        if node.type == NodeType.TEXT:
            self._text.append(node.text if self._preformatted else _squeezed(node.text))
        elif node.type == NodeType.ELEMENT:
            self._open(node, node.tag, context.depth)

    def _leave(self, context: DOMContext) -> None:
        if self._skipped_at is not None:
            if context.depth == self._skipped_at:
                self._skipped_at = None
            return
        if context.node.type == NodeType.ELEMENT:
            self._close(context.node.tag, context.depth)

    def _open(self, node: DOMNode, tag: str, depth: int) -> None:
        if tag in _NEVER_TEXT or self._is_around(node, tag):
            self._skipped_at = depth
            return
        if tag == "br":
            self._text.append("\n")
        elif tag in _BLOCKS or tag in _HEADINGS or tag == "pre":
            self._open_block(node, tag, depth)

    def _open_block(self, node: DOMNode, tag: str, depth: int) -> None:
        if self._cells is not None:  # a cell's paragraphs share the line of its row
            self._text.append(" ")
            if tag in {"td", "th"}:
                self._text.clear()
            return
        if self._preformatted:  # one element a line, as highlighters write it
            return
        self._flush()
        if tag == "pre":
            self._preformatted += 1
        elif tag in _CONTENT:
            self._content_depth += 1
        elif tag in {"ul", "ol", "menu", "dir"}:
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._marker = self._next_marker()
        elif tag == "table" and node.query_selector(_LAYOUT) is None:
            self._cells, self._data_table_depth = [], depth

    def _close(self, tag: str, depth: int) -> None:
        if self._cells is not None:
            self._close_in_table(tag, depth)
            return
        if self._preformatted:
            self._close_in_code(tag)
            return
        if tag in _HEADINGS:
            self.writer.heading(_HEADINGS[tag], "".join(self._text))
            self._text.clear()
        elif tag in _BLOCKS:
            self._flush()
        if tag in _CONTENT:
            self._content_depth -= 1
        elif tag in {"ul", "ol", "menu", "dir"} and self._lists:
            self._lists.pop()

    def _close_in_code(self, tag: str) -> None:
        if tag == "pre":
            self.writer.code("".join(self._text))
            self._text.clear()
            self._preformatted -= 1
        elif tag in _BLOCKS:
            self._text.append("\n")

    def _close_in_table(self, tag: str, depth: int) -> None:
        assert self._cells is not None
        if tag in {"td", "th"}:
            self._cells.append(" ".join("".join(self._text).split()))
            self._text.clear()
        elif tag == "tr":
            self.writer.line(" | ".join(self._cells) if any(self._cells) else "")
            self._cells.clear()
        elif tag == "caption":
            self.writer.paragraph(" ".join("".join(self._text).split()))
            self._text.clear()
        elif depth == self._data_table_depth:
            self._cells = self._data_table_depth = None
            self._text.clear()

    def _flush(self) -> None:
        lines = [" ".join(line.split()) for line in "".join(self._text).split("\n")]
        self._text.clear()
        text = "\n".join(line for line in lines if line)
        if not text:
            return
        if self._lists:
            indent = "  " * min(len(self._lists) - 1, _DEEPEST_INDENT)
            self.writer.line(f"{indent}{self._marker}{text}")
            self._marker = ""
        else:
            self.writer.paragraph(text)

    def _next_marker(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _is_around(self, node: DOMNode, tag: str) -> bool:
        """Whether the element stands around the content: navigation, or hidden from readers."""
        around = tag in _AROUND or (tag in _AROUND_UNLESS_INSIDE and not self._content_depth)
        if not around and node.attrs:
            around = _marked_as_around(node)
        if around and (text := " ".join((node.text_content or "")[:200].split())):
            self.dropped.append(Rejected("navigation", f"<{tag}> {text[:80]}"))
        return around


def _marked_as_around(node: DOMNode) -> bool:
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
    return before + inner + after if inner else (" " if text else "")
