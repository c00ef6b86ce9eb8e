"""The corpus of seeded defects: tests/defects/README.md says how it is written.

A *seed* is one small edit of a clean campaign: a defect that its gate must find at one place, or a near miss that the
gate must let pass. Edits are made in memory, on the texts of a campaign folder by file name.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from campaigns.brief_loading import CAMPAIGNS
from campaigns.errors import Finding
from campaigns.programme import load_programme
from tasks import layouts
from tasks.checking import check_campaign
from tasks.pages import LAYOUTS
from tasks.workplace import Workplace

DEFECTS = Path(__file__).parent / "defects"
VARIANTS = "variants"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BRIEF = "campaign.yaml"
EDITS = ("in", "old", "new", "nth", "after", "add", "write", "text", "put", "drop", "layout")
OWN_LAYOUTS = "own_layouts"
STOPS_THE_TEXTS = frozenset({"text_syntax", "text_file", "channel_known"})
PICTURE = re.compile(r"!\[[^\]]*\]\(([\w-]+\.png)\)")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
OTHER_ADDRESS = "translation_facts"
ADDRESS = re.compile(r"\]\(([^)]*)\)")
PLANNED_BY = re.compile(
    r"\d{1,2}[.:]? ?(?:jan|feb|mar|maj|may|apr|aug|[ijo][uck][nlt]|[nd][oe][vc]|sep)|20\d\d|klockan|\bnoon|inom|within"
    r"|\b0\d{1,3}-?\d{3}|\+46",
    re.IGNORECASE,
)
OF_A_TEXT = re.compile(r"text\.(?:[a-z_]+\.)?([a-z]{2,3}(?:-\w+)?)\.md")
Files = dict[str, str]


class SeedInvalid(ValueError):
    """A seed that cannot be planted: its words do not stand in the campaign exactly once, or nowhere afterwards."""


@dataclass(frozen=True)
class Edit:
    """One change of one file; ``what`` is the row of the YAML file."""

    what: Mapping[str, Any]

    @property
    def file(self) -> str:
        """The file that is changed, by its name in the campaign's folder."""
        return str(self.what.get("in") or self.what.get("write") or self.what.get("layout") or BRIEF)

    def touches(self, files: Files) -> tuple[str, range]:
        """Return file and lines that the change needs to itself, with one line around them."""
        text = files.get(self.file, "")
        sign = self.what.get("old") or self.what.get("after")
        if "layout" in self.what or "write" in self.what:
            return self.file, range(10_000)
        if "add" in self.what:
            return self.file, range(text.count("\n"), 10_000)
        if sign is None:
            first, last = _block(text, _key(self.what)) or (10_000, 10_000)
            return self.file, range(first - 1, last + 1)
        first = text[: _position(text, sign, self.what.get("nth"), self.file)].count("\n")
        return self.file, range(first - 1, first + str(sign).count("\n") + 2)

    def made(self, files: Files) -> Files:
        """Return the files after the change."""
        what, text = self.what, files.get(self.file)
        if "write" in what:
            return {**files, self.file: what["text"]}
        if "layout" in what:
            text = text or (LAYOUTS / self.file).read_text(encoding="utf-8")
        if text is None:
            raise SeedInvalid(f"there is no {self.file} to change")
        return {**files, self.file: self._changed(text)}

    def _changed(self, text: str) -> str:
        what = self.what
        if "add" in what:
            return text.rstrip("\n") + "\n" + what["add"].rstrip("\n") + "\n"
        if "after" in what:
            end = text.index("\n", _position(text, what["after"], what.get("nth"), self.file))
            return text[:end] + "\n\n" + what["new"].strip("\n") + text[end:]
        if "old" in what:
            start = _position(text, what["old"], what.get("nth"), self.file)
            return text[:start] + what["new"] + text[start + len(what["old"]) :]
        lines, found = text.splitlines(), _block(text, _key(what))
        if found is None and "drop" in what:
            raise SeedInvalid(f"the brief has no key {what['drop']} to take away")
        first, last = found or (len(lines), len(lines))
        new = what["put"].rstrip("\n").splitlines() if "put" in what else []
        return "\n".join([*lines[:first], *new, *lines[last:]]) + "\n"

    def first_new_line(self, files: Files) -> str:
        """Return the first line that the change writes, whole, as it stands afterwards; empty where it writes none."""
        before, after = files.get(self.file, "").splitlines(), self.made(files)[self.file].splitlines()
        if "layout" in self.what and self.file not in files:
            before = (LAYOUTS / self.file).read_text(encoding="utf-8").splitlines()
        same = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
        new = [line for line in after[same:] if line.strip() and line not in before]
        return new[0] if new else ""


@dataclass(frozen=True)
class Seed:
    """One defect or near miss of a gate; ``signs`` or ``line`` tell the place, ``needs`` the gates it waits for."""

    gate: str
    name: str
    near_miss: bool
    requirement: str
    kind: str
    campaign: str
    variant: str
    edits: tuple[Edit, ...]
    file: str
    signs: tuple[str, ...] = ()
    line: int = 0
    languages: tuple[str, ...] = ()
    sentence: str = ""
    never: tuple[str, ...] = ()
    or_in: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    alone: bool = False

    @property
    def id(self) -> str:
        """The seed's name in tests and figures."""
        return f"{self.gate}-{'near-' if self.near_miss else ''}{self.name}"

    @property
    def awaited(self) -> bool:
        """Tell whether every gate that the seed needs has its row in the programme."""
        known = {gate.id for gate in load_programme().gates} | {"audience_query"}
        if "folder" in signature(layouts.compose).parameters:
            known.add(OWN_LAYOUTS)
        return not ({self.gate, *self.needs} <= known)

    def places(self, files: Files) -> set[int]:
        """Return the lines where a finding of a defect may stand, or where one of a near miss must not."""
        if self.line:
            return {self.line}
        lines = files.get(self.file, "").splitlines()
        found = set[int]()
        for sign in self.signs:
            holding = {number for number, line in enumerate(lines, start=1) if sign in line}
            beginning = {number for number in holding if lines[number - 1].startswith(sign)}
            found |= {number for number in holding if lines[number - 1] == sign} or beginning or holding
        if not found or (len(found) > len(self.signs) and not self.near_miss):
            raise SeedInvalid(f"{self.id}: the place of the finding stands {len(found)} times in {self.file}")
        return found

    def misses(self, findings: Sequence[Finding], files: Files) -> list[str]:
        """Return what the findings lack of what this defect must give; empty where it is found as it should be."""
        own = [finding for finding in findings if finding.gate == self.gate]
        lines = self.places(files)
        placed = [one for one in own if (one.file == self.file and one.line in lines) or one.file in self.or_in]
        if not placed:
            elsewhere = ", ".join(sorted({f"{one.file}:{one.line}" for one in own})) or "nothing"
            return [f"expected at {self.file}:{'/'.join(map(str, sorted(lines)))}, found {elsewhere}"]
        said = [" ".join(one.sentence.split()) for one in placed]
        unspoken = sorted(set(self.languages) - {one.language for one in placed})
        lacks = {
            f"no finding of kind {self.kind}": self.kind not in {one.kind for one in placed},
            f"no finding names {self.requirement}": self.requirement not in {one.requirement for one in placed},
            f"no finding in {', '.join(unspoken)}": bool(unspoken),
            f"“{self.sentence}” is not in the sentence: {said}": not any(self.sentence in one for one in said),
            "a finding repeats what it must not": any(word in f"{one} {said}" for word in self.never for one in own),
        }
        return [lack for lack, true in lacks.items() if true]

    def hits(self, findings: Sequence[Finding], files: Files) -> list[str]:
        """Return the findings of the gate that this near miss must not give."""
        lines = self.places(files)
        return [str(one) for one in findings if one.gate == self.gate and one.file == self.file and one.line in lines]


@dataclass
class Group:
    """Seeds of one campaign that do not disturb one another, planted together: one check serves them all."""

    campaign: str
    variant: str
    files: Files
    seeds: list[Seed] = field(default_factory=list)
    taken: list[tuple[str, range]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The group's name in tests."""
        return f"{self.campaign}-{self.variant or 'clean'}-{self.seeds[0].id}" if self.seeds else self.campaign

    def takes(self, seed: Seed) -> bool:
        """Plant a seed where it disturbs nobody; tell whether it did."""
        clean = clean_files(seed.campaign, seed.variant)
        wanted = list(touched(seed, clean))
        if self.seeds and (
            seed.alone
            or any(other.alone or _confused(other, seed) for other in self.seeds)
            or _stops(seed) != _stops(self.seeds[0])
            or (_stops(seed) == "texts" and {file for file, _ in wanted} & {file for file, _ in self.taken})
            or any(file == other and _overlap(lines, those) for file, lines in wanted for other, those in self.taken)
        ):
            return False
        try:
            files = planted(seed, self.files)
            for each in (*self.seeds, seed):
                each.places(files)
        except SeedInvalid:
            if not self.seeds:
                raise
            return False
        self.files = files
        self.seeds.append(seed)
        self.taken += wanted
        return True


def planted(seed: Seed, files: Files) -> Files:
    """Return the files with the seed's edits made."""
    for edit in seed.edits:
        files = edit.made(files)
    return files


def touched(seed: Seed, files: Files) -> Iterator[tuple[str, range]]:
    """Yield file and lines that each edit of a seed needs to itself."""
    for edit in seed.edits:
        yield edit.touches(files)
        files = edit.made(files)


def groups(seeds: Sequence[Seed]) -> list[Group]:
    """Pack seeds into as few checks as they can share, in order."""
    found: list[Group] = []
    for seed in seeds:
        same = (group for group in found if (group.campaign, group.variant) == (seed.campaign, seed.variant))
        if not any(group.takes(seed) for group in same):
            new = Group(seed.campaign, seed.variant, clean_files(seed.campaign, seed.variant))
            new.takes(seed)
            found.append(new)
    return found


def checked(files: Files, folder: Path) -> list[Finding]:
    """Write a campaign's files into a new folder and return what `budkavle check` finds there.

    A picture that a text names is put there too: what is wrong with it is never that it is missing.
    """
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        for picture in PICTURE.findall(text):
            (folder / picture).write_bytes(base64.b64decode(PIXEL))
    return check_campaign(Workplace(home=folder.parent / "home", key=b"a key for tests only"), folder, now=NOW)


def clean_files(campaign: str, variant: str = "") -> Files:
    """Return a campaign's files as they ship, or as a variant of the corpus makes them."""
    files = _shipped(campaign)
    for edit in variants()[variant].edits if variant else ():
        files = edit.made(files)
    return files


@cache
def _shipped(campaign: str) -> Files:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((CAMPAIGNS / campaign).iterdir())}


@cache
def variants() -> dict[str, Seed]:
    """Return the clean variants of shipped campaigns that seeds may stand on, by name; each is written as a seed."""
    rows = _read(DEFECTS / f"{VARIANTS}.yaml")
    return {name: replace(_seed("", name, row, {}, near_miss=True), gate="brief") for name, row in rows.items()}


@cache
def all_seeds() -> tuple[Seed, ...]:
    """Return the whole corpus in the order of its files."""
    return tuple(
        _seed(gate, name, row, rows, near_miss=kind == "near_misses")
        for path in sorted(DEFECTS.glob("*.yaml"))
        if path.stem != VARIANTS
        for gate, rows in _read(path).items()
        for kind in ("defects", "near_misses")
        for name, row in (rows.get(kind) or {}).items()
    )


def _seed(gate: str, name: str, row: Mapping[str, Any], rows: Mapping[str, Any], *, near_miss: bool) -> Seed:
    edits = tuple(Edit(each) for each in (row.get("edits") or [{key: row[key] for key in EDITS if key in row}]))
    variant = variants()[row["variant"]] if row.get("variant") else None
    campaign = variant.campaign if variant else row.get("campaign", "matavfall")
    file = row.get("file", edits[0].file)
    at = row.get("at", ())
    signs = (at,) if isinstance(at, str) else tuple(at)
    if not signs and "line" not in row and gate and (CAMPAIGNS / campaign).is_dir():
        files = clean_files(campaign, row.get("variant", ""))
        written = []
        for edit in edits:
            written += [line for line in [edit.first_new_line(files)] if line and edit.file == file]
            files = edit.made(files)
        signs = tuple(written if near_miss else written[:1])
        if not signs and not near_miss:
            raise SeedInvalid(f"{gate} {name}: say with `at` or `line` where the finding is to stand")
    language = OF_A_TEXT.fullmatch(file)
    return Seed(
        gate=gate, name=name, near_miss=near_miss, requirement=row.get("requirement", rows.get("requirement", "")),
        kind=row.get("kind", rows.get("kind", "")), campaign=campaign, variant=row.get("variant", ""), edits=edits,
        file=file, signs=signs, line=row.get("line", 0 if signs else 1),
        languages=tuple(row.get("languages", [language.group(1)] if language else [])),
        sentence=row.get("sentence", ""), never=tuple(row.get("never", ())),
        or_in=tuple(row.get("or_in", ())),
        also=frozenset(row.get("also", ())) | _also_told(gate, edits),
        needs=frozenset(row.get("needs", rows.get("needs", ())))
        | (variant.needs if variant else frozenset())
        | ({OWN_LAYOUTS} if any("layout" in edit.what for edit in edits) else set()),
        alone=row.get("alone", rows.get("alone", False)),
    )  # fmt: skip


def _also_told(gate: str, edits: Sequence[Edit]) -> set[str]:
    return {OTHER_ADDRESS} - {gate} if any(_leads_elsewhere(edit) or _tells_alone(edit) for edit in edits) else set()


def _tells_alone(edit: Edit) -> bool:
    """Tell whether an edit may leave a day, a time, a span or a telephone told in one language alone."""
    changed = f"{edit.what.get('old', '')} {edit.what.get('new', '')}"
    return bool(OF_A_TEXT.fullmatch(edit.file) and PLANNED_BY.search(changed))


def _leads_elsewhere(edit: Edit) -> bool:
    """Tell whether an edit changes the address of a link in one language alone."""
    before, after = (ADDRESS.findall(str(edit.what.get(name, ""))) for name in ("old", "new"))
    return bool(OF_A_TEXT.fullmatch(edit.file)) and bool(before) and before != after


def _read(path: Path) -> Any:
    with path.open(encoding="utf-8") as source:
        return YAML(typ="safe", pure=True).load(source) or {}


def _stops(seed: Seed) -> str:
    """Return what a seed keeps the check from looking at; seeds that stop the same can share a check."""
    if seed.near_miss:
        return ""
    return "clock" if seed.gate == "clock_time" else "texts" if STOPS_THE_TEXTS & {seed.gate, *seed.also} else ""


def _confused(one: Seed, other: Seed) -> bool:
    """Tell whether a finding of one seed could be taken for one of the other."""
    return one.gate == other.gate or one.gate in other.also or other.gate in one.also


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _key(what: Mapping[str, Any]) -> str:
    return str(what.get("drop") or what["put"].split(":", 1)[0])


def _block(text: str, key: str) -> tuple[int, int] | None:
    """Return the first line of a top-level key of the brief and the line after its block, counted from 0."""
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if first is None:
        return None
    after = (number for number, line in enumerate(lines) if number > first and line[:1].strip())
    return first, next(after, len(lines))


def _position(text: str, sign: str, nth: int | None, file: str) -> int:
    found = [match.start() for match in re.finditer(re.escape(sign), text)]
    if not found or (nth is None and len(found) > 1) or (nth or 1) > len(found):
        raise SeedInvalid(f"“{sign}” stands {len(found)} times in {file}")
    return found[(nth or 1) - 1]
