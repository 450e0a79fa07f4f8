"""Own texts are prose: a date that opens a paragraph is no list, and HTML in it is what an editor would write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

_CODE: Final = r"(?<![\\`])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)(?P=ticks)(?!`)(?:\{=\w+\})?"
_TAG: Final = re.compile(
    r"\\[\\<`]|"
    + _CODE
    + r"|<!--.*?(?:-->|\Z)|<\?.*?\?>|<!\[?[A-Za-z].*?>"
    + r"|<(?P<drop>script|style|iframe|object|embed|template|noscript|svg|math|title|textarea)\b.*?(?:</(?P=drop)\s*>|\Z)"
    + r"""|<(?P<close>/?)(?P<tag>[A-Za-z][\w:-]*)(?:"[^"]*"|'[^']*'|[^'"<>])*>|<(?=[A-Za-z/!?])(?!https?:|mailto:)""",
    re.DOTALL | re.IGNORECASE,
)
_AUTOLINK: Final = re.compile(r"""<(?:https?://|mailto:)[^\s<>]+>|<[^\s<>@/"'=]+@[^\s<>@/"'=]+>""")
_SUSPECT: Final = frozenset("<`~{")
"""A text without any of these holds nothing to clean."""
_RAW_BLOCK: Final = re.compile(
    r"^(`{3,}|~{3,})[ \t]*\{=(\w+)\}[ \t]*\n(.*?)(?:^\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
_FENCED: Final = re.compile(
    r"(^(?P<fence>`{3,}|~{3,}).*?(?:^(?P=fence)[`~]*[ \t]*$|\Z))", re.DOTALL | re.MULTILINE
)
_BRACED: Final = re.compile(r"\{[^{}]*\}")
_HANDLER: Final = re.compile(r"""(?<=[\s{])on\w+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s}]*)""", re.IGNORECASE)

TAGS: Final = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "q", "s", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "wbr"]
)  # fmt: skip
"""HTML elements that a text may hold."""

_ATTRIBUTES: Final = {
    "*": {"class", "id", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
    "time": {"datetime"},
}


def listed(items: Iterable[str], last: str = "og") -> str:
    """``a``, ``a og b``, ``a, b og c``."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def clean_html(markup: str) -> str:
    """HTML with only the elements and attributes that a text may hold: nothing that runs, nothing from elsewhere.

    A picture must lie beside the page; a link may lead to the web or to an address.
    """
    import nh3

    def kept(tag: str, name: str, value: str) -> str | None:
        return None if (tag, name) == ("img", "src") and re.match(r"\s*([\w+.-]+:|//|\\)", value) else value

    return nh3.clean(
        markup,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=kept,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


def clean_markdown(markdown: str) -> str:
    """Markdown whose HTML is cleaned by :func:`clean_html`; what is left of a broken tag is shown as text.

    Examples
    --------
    >>> clean_markdown('Se <b onclick="x()">her</b><script>alert(1)</script> <img src=//x.dk/a.png onerror=y')
    'Se <b>her</b> \\\\<img src=//x.dk/a.png onerror=y'
    """
    raw = _RAW_BLOCK.sub(
        lambda m: f"{m[1]}{{=html}}\n{clean_html(m[3].strip())}\n{m[1]}" if m[2].startswith("html") else "",
        markdown,
    )
    parts = _FENCED.split(raw)
    # Text, whole fence, its marks, text, …
    for at in range(0, len(parts), 3):
        parts[at] = _BRACED.sub(lambda m: _HANDLER.sub("", m[0]), _TAG.sub(_cleaned, parts[at]))
    return "".join(part for at, part in enumerate(parts) if at % 3 != 2)


def clean_texts(data: Any) -> Any:
    """An entry of the catalogue with every text in it, however deep, cleaned by :func:`clean_markdown`."""
    if isinstance(data, dict):
        return {key: clean_texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [clean_texts(value) for value in data]
    return clean_markdown(data) if isinstance(data, str) and not _SUSPECT.isdisjoint(data) else data


def _cleaned(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith("\\"):
        return text
    if found["ticks"]:
        inside = re.fullmatch(r"(`+)(.*?)\1\{=(\w+)\}", text, re.DOTALL)
        return text if inside is None else clean_html(inside[2]) if inside[3].startswith("html") else ""
    if _AUTOLINK.fullmatch(text):
        return text
    if found["tag"] is None:
        return "\\<" if text == "<" else ""
    tag = found["tag"].lower()
    if tag not in TAGS:
        return ""
    return f"</{tag}>" if found["close"] else clean_html(text).split("</")[0]


_ITEM: Final = re.compile(
    r"(?P<before>[ \t]*(?:(?:[-+*:>]|\[\^[^\]]+\]:)[ \t]*(?=\S))*)"
    r"(?P<open>\(?)(?P<number>\d{1,9}|[A-Za-z]|[ivxlcdm]{2,}|[IVXLCDM]{2,})(?P<end>[.)])(?=[ \t]|$)"
)
_FENCE: Final = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_DATED: Final = re.compile(
    r"[ \t]+(?:jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec|klasse|halvår|kvartal|kvt|år|plads|sal|uge|semester)",
    re.IGNORECASE,
)
_ROMAN: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass
class _List:
    """Lines that pandoc would read as one numbered list."""

    column: int
    style: str
    items: list[tuple[int, re.Match[str]]] = field(default_factory=list)

    def runs(self) -> list[list[tuple[int, re.Match[str]]]]:
        """The items, parted where they do not count on from each other."""
        words = [found["number"] for _, found in self.items]
        if words[0].isdigit():
            numbers = [int(word) for word in words]
        elif all(len(word) == 1 for word in words):
            numbers = [ord(word) for word in words]
        else:
            numbers = [_roman(word) for word in words]
        found = [[self.items[0]]]
        for at, item in enumerate(self.items[1:], 1):
            counted = numbers[at] == numbers[at - 1] + 1 and not _all_one(found[-1])
            # Some write 1. before every item.
            if counted or (_all_one([*found[-1], item]) and not any(map(_dated, [*found[-1], item]))):
                found[-1].append(item)
            else:
                found.append([item])
        return found


def _all_one(items: list[tuple[int, re.Match[str]]]) -> bool:
    return len(items) > 1 and all(found["number"] == "1" for _, found in items)


def _dated(item: tuple[int, re.Match[str]]) -> bool:
    return _DATED.match(item[1].string, item[1].end()) is not None


def _roman(word: str) -> int:
    values = [_ROMAN.get(letter, 0) for letter in word.lower()]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def without_false_lists(markdown: str) -> str:
    """Markdown in which a number that opens a paragraph opens a list only where a list is meant.

    Pandoc reads ``15. juni 2023`` at the start of a paragraph as item 15 of a list, ``7. klasse`` as item 7 and
    ``f. eks.`` as item 6; two dates in a row become items 1 and 2. A list is meant when there are two items or more
    and they count on from each other.

    Examples
    --------
    >>> without_false_lists("15. juni 2023 blev den udvidet.")
    '15\\\\. juni 2023 blev den udvidet.'
    >>> without_false_lists("1. først\\n2. så")
    '1. først\\n2. så'
    """
    lines = markdown.split("\n")
    lists: list[_List] = []
    open_: list[_List] = []
    fence, blank, bulleted = "", True, False
    for at, line in enumerate(lines):
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence):
                fence = ""
            blank = False
            continue
        if fence:
            continue
        if not line.strip():
            blank = True
            continue
        item = _ITEM.match(line)
        indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        if item is None:
            opens = re.match(r"\s*(?:#|:::|<!--)", line) is not None
            if blank or opens or re.match(r"\s*(?:[-+*:>]\s|\|)", line):
                open_ = [one for one in open_ if indent > one.column]
            if re.match(r"\s*[-+*:>]\s", line):
                bulleted = True
            elif blank and indent == 0:
                bulleted = False
            blank = opens
            continue
        column = len(item["before"].expandtabs(4))
        style = (
            item["open"]
            + ("0" if item["number"].isdigit() else "a" if item["number"].islower() else "A")
            + item["end"]
        )
        marked = bool(item["before"].strip())
        open_ = [one for one in open_ if one.column < column or (one.column == column and not marked)]
        same = next((one for one in open_ if one.column == column and one.style == style), None)
        inside = marked or bulleted or bool(open_)
        opens, blank = blank or inside, False
        bulleted = bulleted or marked
        if same is None:
            if not opens or (indent >= 4 and not inside):
                continue  # within a paragraph, or code
            same = _List(column, style)
            lists.append(same)
            open_ = [one for one in open_ if one.column < column] + [same]
        same.items.append((at, item))
    for one in lists:
        above = False
        for run in one.runs():
            for at, item in run if len(run) == 1 else ():
                lines[at] = f"{lines[at][: item.end('number')]}\\{lines[at][item.end('number') :]}"
            if len(run) > 1 and above:  # or pandoc would go on with the numbers of the list above
                first = run[0][0]
                lines[first] = f"{' ' * one.column}<!-- -->\n\n{lines[first]}"
            above = above or len(run) > 1
    return "\n".join(lines)
