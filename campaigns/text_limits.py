"""How much a text may hold, and what it may not print: nobody reads as much, and the gates would take minutes."""

from collections.abc import Collection, Iterator

from jinja2 import nodes

MOST_CHARACTERS = {"page": 1_000_000, "body": 30_000}
"""Of a whole page, in which the logotype may stand, and of what the words of a text become."""
MOST_OF_A_LINE = 1_000
"""Characters of a subject or another line of the front matter."""
MOST_TAGS = 12_000
MOST_LINES = 1_000
MOST_OF_A_PARAGRAPH = 5_000
"""Characters without an empty line: of a paragraph, a list or a table."""
MOST_BRACKETS = 100
Place = tuple[int, str, str]
"""Line, what is wrong, what to do."""


def why_too_large(text: str, field: str) -> str:
    """Say why what was rendered, a ``page`` or a field of a text, holds too much; empty where it does not."""
    most = MOST_CHARACTERS.get(field, MOST_OF_A_LINE)
    if len(text) > most:
        return f"it is longer than {most:,} characters"
    if field == "page" and text.count("<") > MOST_TAGS:
        return f"it has more than {MOST_TAGS:,} tags"
    found = nested_too_deeply(text) if field == "page" else too_much(text)
    return found[1] if found else ""


def too_much(source: str) -> Place | None:
    """Return the line where a text goes beyond what a text may hold, and why; None where it does not."""
    size, start = 0, 1
    for number, line in enumerate(source.splitlines(), start=1):
        size, start = (size + len(line) + 1, start) if line.strip() else (0, number + 1)
        if size > MOST_OF_A_PARAGRAPH:
            message = f"a paragraph, list or table has more than {MOST_OF_A_PARAGRAPH:,} characters"
            return start, message, "cut it with empty lines, or shorten it: nobody reads as much at once."
        if number > MOST_LINES:
            return number, f"the text has more than {MOST_LINES:,} lines", "shorten it, and link to the rest."
    return None


def nested_too_deeply(source: str) -> Place | None:
    """Return the line where more brackets stand inside each other than any style sheet needs; None where none do."""
    depth, line = 0, 1
    for sign in source:
        if sign in "([{":
            depth += 1
            if depth > MOST_BRACKETS:
                return line, f"more than {MOST_BRACKETS} brackets stand inside each other", "take them out."
        elif sign in ")]}":
            depth = max(0, depth - 1)
        elif sign == "\n":
            line += 1
    return None


def words_of_the_system(tree: nodes.Template, facts: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Yield each place where a text prints a fact of the system, such as ``channel``, whose values no reader knows."""
    for printed in (node for output in tree.find_all(nodes.Output) for node in output.nodes):
        node = printed
        while isinstance(node, nodes.Filter) and node.node is not None:
            node = node.node
        if isinstance(node, nodes.Name) and node.name in facts:
            message = f"{{{{ {node.name} }}}} prints a word of the system's own, not the reader's"
            yield printed.lineno, message, f"branch on it: {{% if {node.name} == … %}}, and write the words."
