"""What is said of gates: in docs/gates.md, in Swedish, and on a terminal."""

from pathlib import Path

import campaigns
from campaigns.errors import Finding
from campaigns.language import translations
from campaigns.programme import load_programme
from tasks.gate_words import told
from tasks.gates_page import Figures, measured_figures, page

PROGRAMME = load_programme()


def test_the_page_of_gates_is_the_one_that_the_programme_prints() -> None:
    printed = (Path(campaigns.__file__).parents[1] / "docs" / "gates.md").read_text(encoding="utf-8")
    assert printed == page(PROGRAMME, measured_figures())


def test_every_gate_says_how_to_mend_and_both_in_swedish() -> None:
    swedish = translations("sv").gettext
    for gate in PROGRAMME.gates:
        mend = PROGRAMME.how_to_mend.get(gate.id)
        assert mend, gate.id
        assert swedish(gate.says) != gate.says, gate.id
        assert swedish(mend) != mend, gate.id


def test_every_requirement_is_kept_by_a_gate_by_a_key_or_by_what_is_told() -> None:
    by_gates = {gate.requirement for gate in PROGRAMME.gates}
    kept = by_gates | set(PROGRAMME.brief_keys.values()) | set(PROGRAMME.kept_elsewhere)
    assert set(PROGRAMME.kept_elsewhere) <= set(PROGRAMME.requirements)
    assert set(PROGRAMME.requirements) - kept == set()


def test_measured_figures_stand_beside_their_gate() -> None:
    lines = page(PROGRAMME, {"alt_text": Figures(1.0, 0.956, 23)}).splitlines()
    (line,) = [line for line in lines if line.startswith("| `alt_text`")]
    assert line.endswith("| 1.00 | 0.96 | 23 |")
    (other,) = [line for line in lines if line.startswith("| `lix`")]
    assert other.count("|") == line.count("|")


def test_a_finding_is_told_with_what_its_gate_asks_for() -> None:
    finding = Finding("alt_text", "P5b", "B", "text.sv.md", 12, "A picture lacks words", "Write them.", sentence="Se!")
    assert told(finding).splitlines() == [
        "text.sv.md:12: [B alt_text P5b] A picture lacks words",
        "    blocks: every image has an alternative text or is marked decorative",
        "    in: “Se!”",
        "    Write them.",
    ]
