"""The paper as a screen reader gets it: `pdfinfo -struct-text` must read in order, and nothing of a running head in it.

usage: paper.py REPORT.pdf
"""

import re
import subprocess
import sys

SECTIONS = [
    "How far can our AI agents reach?",
    "Contents",
    "Executive summary",
    "Agents and their blast radius",
    "Pipelines to production",
    "Ways, step by step",
    "Recoverability",
    "Code rollback",
    "Alert coverage",
    "Findings",
    "Criteria and their tests",
    "Answers",
    "What this report rests on",
    "What was not checked",
    "Evidence index",
]


def main(pdf):
    info = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    assert re.search(r"^Tagged: +yes$", info, re.M), info
    assert re.search(r"^Title: +How far can our AI agents reach\?", info, re.M), info
    assert re.search(r"^JavaScript: +no$", info, re.M), info

    fonts = subprocess.run(["pdffonts", pdf], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    columns = [line.split()[-5:-2] for line in fonts]
    assert fonts and all(emb == "yes" and uni == "yes" for emb, _, uni in columns), fonts

    tree = subprocess.run(["pdfinfo", "-struct-text", pdf], check=True, capture_output=True, text=True).stdout
    headings = re.findall(r'^ +H1 \(block\)\n +"(.*)"$', tree, re.M)
    assert headings == SECTIONS, headings
    assert not re.search(r"Page \d+ of \d+", tree), "a running head is read aloud"
    tables = re.findall(r"^( +)Table \(block\)\n((?:\1 .*\n)+)", tree, re.M)
    for indent, table in tables:
        parts = re.findall(rf"^{indent}  (\w+)", table, re.M)
        assert parts == ["THead", "TBody"], parts
    print(f"{len(headings)} sections in order, {len(tables)} tables with their headings first, {len(fonts)} fonts embedded")


main(sys.argv[1])
