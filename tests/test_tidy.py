"""Style is a test: what a reader of this code may rely on, checked over the whole checkout.

Every failure names the place and the remedy.
"""

from __future__ import annotations

import ast
import csv
import re
import shutil
import string
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from cpdesk.base import i18n

ROOT = Path(__file__).resolve().parents[1]
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 500
PLAIN_LINES_MAX = 6  # a public name this short may say itself what it is
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+")
CODE = re.compile(r"CP-\d{4}")
TEXT_CALLS = {"tr", "text", "Text", "words"}


@cache
def product_files() -> tuple[Path, ...]:
    return (*sorted((ROOT / "cpdesk").rglob("*.py")), ROOT / "run.py", *sorted((ROOT / "tools").glob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def tracked_files() -> tuple[Path, ...]:
    """The files of the project: what git knows, or, without git, what lies in the folders that are shipped."""
    if shutil.which("git") is not None:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
        if listed.returncode == 0:
            names = listed.stdout.decode().split("\0")
            return tuple(path for name in names if name and (path := ROOT / name).is_file())
    folders = ("cpdesk", "resources", "docs", "tests", "tools", "installers", ".ci")
    inside = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return tuple(path for path in [*ROOT.glob("*"), *inside] if path.is_file() and "__pycache__" not in path.parts)


def place(path: Path, node: ast.AST | int = 1) -> str:
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{path.relative_to(ROOT)}:{line}"


def in_cpdesk() -> Iterator[tuple[Path, ast.Module]]:
    for path in product_files():
        if ROOT / "cpdesk" in path.parents:
            yield path, tree_of(path)


def calls_in_cpdesk() -> Iterator[tuple[Path, ast.Call, str, ast.expr]]:
    """Every call with a first argument: file, call, plain name of what is called, that argument."""
    for path, tree in in_cpdesk():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
                yield path, node, name, node.args[0]


def placeholders(text: str) -> set[str]:
    """Names in braces; `place_zh` and `place_en` are one value said in two languages."""
    names = {re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return {re.sub(r"_(?:zh|en)$", "", name) for name in names}


def assert_none(problems: list[str]) -> None:
    assert not problems, "\n" + "\n".join(problems)


def test_functions_are_short() -> None:
    problems = []
    for path in product_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    problems.append(f"{place(path, node)}: {node.name} has {lines} lines; split it below 70")
    assert_none(problems)


def test_files_are_short() -> None:
    lengths = [(path, len(path.read_text(encoding="utf-8").splitlines())) for path in product_files()]
    assert_none(
        [f"{place(path)}: {n} lines; make it two files, each of one thing" for path, n in lengths if n > FILE_LINES_MAX]
    )


def test_nothing_is_left_undone() -> None:
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    problems = []
    for path in product_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if unfinished.search(line):
                problems.append(f"{place(path, number)}: finish it, or plan it in docs: {line.strip()}")
    assert_none(problems)


def test_nothing_is_printed_past_the_command_lines_output() -> None:
    problems = [
        f"{place(path, node)}: print; give it to cli/output.py or the log"
        for path, tree in in_cpdesk()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert_none(problems)


def test_modules_and_public_names_are_documented() -> None:
    problems = []
    for path in product_files():
        tree = tree_of(path)
        if not ast.get_docstring(tree):
            problems.append(f"{place(path)}: say in a docstring what this file is for")
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            says_itself = (node.end_lineno or node.lineno) - node.lineno < PLAIN_LINES_MAX
            if not says_itself and not ast.get_docstring(node):
                problems.append(f"{place(path, node)}: {node.name} is public; say what it does, in which units")
    assert_none(problems)


def test_each_folder_of_the_package_says_what_it_is() -> None:
    folders = {path.parent for path, _ in in_cpdesk()}
    missing = [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()]
    assert_none([f"{folder.relative_to(ROOT)}: add __init__.py with a docstring of the room" for folder in missing])


def test_units_stand_last_in_names() -> None:
    unit_first = re.compile(r"^(?:m2|m3|kwh|kw|mm|kpa|yuan|percent)_[a-z]")
    problems = []
    for path, tree in in_cpdesk():
        for node in ast.walk(tree):
            name = getattr(node, "arg", None) if isinstance(node, ast.arg) else getattr(node, "attr", None)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                name = node.id
            if name and unit_first.match(name) and "_per_" not in name:
                problems.append(f"{place(path, node)}: {name} begins with its unit; put the unit last")
    assert_none(problems)


def test_texts_are_there_in_both_languages_with_the_same_placeholders() -> None:
    problems = []
    for key, (zh, en) in i18n.declared_texts().items():
        if not (zh.strip() and en.strip()) and ".unit." not in key:  # a count of houses has no unit in English
            problems.append(f"texts: {key} lacks a language; fill both columns")
        elif placeholders(zh) != placeholders(en):
            problems.append(f"texts: {key} has {placeholders(zh)} in Chinese and {placeholders(en)} in English")
    assert_none(problems)


def test_every_text_that_is_asked_for_is_declared() -> None:
    declared = i18n.declared_texts()
    areas = {key.split(".")[0] for key in declared}
    problems = []
    for path, call, name, first in calls_in_cpdesk():
        if name not in TEXT_CALLS:
            continue
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            key = first.value
            if KEY.fullmatch(key) and key.split(".")[0] in areas and key not in declared:
                problems.append(
                    f"{place(path, call)}: {key} is in no resources/i18n/texts/*.csv; add it in both languages"
                )
        elif isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
            start = str(first.values[0].value)
            area, dot, _ = start.partition(".")
            if dot and area in areas and not any(key.startswith(start) for key in declared):
                problems.append(f"{place(path, call)}: no text begins with {start}; add them in both languages")
    assert_none(problems)


def test_errors_are_there_in_both_languages_with_the_same_placeholders() -> None:
    problems = []
    for code, (zh, zh_remedy, en, en_remedy) in i18n.declared_error_codes().items():
        if not CODE.fullmatch(code):
            problems.append(f"errors: {code} is not of the form CP-1234")
        if not zh.strip() or not en.strip():
            problems.append(f"errors: {code} lacks a language; fill both columns")
        if bool(zh_remedy.strip()) != bool(en_remedy.strip()):
            problems.append(f"errors: {code} has a remedy in one language only")
        if placeholders(zh + zh_remedy) != placeholders(en + en_remedy):
            problems.append(f"errors: {code} names other values in Chinese than in English")
    assert_none(problems)


def test_every_error_that_is_raised_is_declared_and_gets_its_values() -> None:
    declared = i18n.declared_error_codes()
    problems = []
    for path, call, name, first in calls_in_cpdesk():
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str) and CODE.fullmatch(first.value)):
            continue
        words = declared.get(first.value)
        if words is None:
            problems.append(f"{place(path, call)}: {first.value} is in no resources/i18n/errors/*.csv; declare it")
            continue
        given = {keyword.arg and re.sub(r"_(?:zh|en)$", "", keyword.arg) for keyword in call.keywords}
        lacking = (
            placeholders("".join(words)) - given - {"place"}
        )  # a function deep down knows no place; its caller adds it
        if name.endswith("Fault") and None not in given and lacking:
            problems.append(f"{place(path, call)}: {first.value} also needs {', '.join(sorted(lacking))}")
    assert_none(problems)


def test_every_declared_error_can_happen() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path, _ in in_cpdesk())
    mentioned = set(CODE.findall(source))
    unused = sorted(set(i18n.declared_error_codes()) - mentioned)
    assert_none([f"errors: {code} is raised nowhere; remove its row or raise it" for code in unused])


def test_every_error_is_of_the_kind_its_number_says() -> None:
    kinds = {"InputFault": "1", "EnvironmentFault": "2", "IntegrityFault": "3", "AccessFault": "4"}
    problems = []
    for path, call, name, first in calls_in_cpdesk():
        if not (isinstance(first, ast.Constant) and CODE.fullmatch(str(first.value))):
            continue
        number = str(first.value)[3]
        if name in kinds and number != kinds[name]:
            problems.append(f"{place(path, call)}: {name}({first.value}): to it belongs a code CP-{kinds[name]}xxx")
    assert_none(problems)


def test_colours_of_the_window_stand_in_the_theme() -> None:
    colour = re.compile(
        r"""["'\s:]#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8}|[0-9a-fA-F]{3})\b|\brgba?\(\s*\d|QColor\(\s*["'\d]"""
    )
    problems = []
    for path in sorted((ROOT / "cpdesk" / "ui").rglob("*.py")):
        if "theme" in str(path.relative_to(ROOT)):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if colour.search(line):
                problems.append(f"{place(path, number)}: take the colour from the theme: {line.strip()}")
    assert_none(problems)


def text_files() -> Iterator[tuple[Path, str]]:
    binary = {".ttf", ".otf", ".png", ".jpg", ".ico", ".icns", ".xlsx", ".pdf", ".gpkg", ".gz", ".zip", ".bmp"}
    for path in tracked_files():
        if path.suffix.lower() not in binary:
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_nothing_names_one_machine_or_one_package_source() -> None:
    machine = r"(?<![\w.~$*}-])/(?:work|farm|tmp|home/(?!surveyor)[a-z]+|Users/[A-Za-z]+)/(?!\$)"
    source = (
        r"pypi\.org|pythonhosted|registry\.npmjs|index-url\s*=?\s*https?:|pypi\.tuna|mirrors?\.[a-z]+\.(?:com|edu|cn)"
    )
    wrong = re.compile(f"{machine}|{source}")
    problems = []
    for path, text in text_files():
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if found := wrong.search(line):
                problems.append(f"{place(path, number)}: {found[0]} is true of one machine only; leave it out")
    assert_none(problems)


def test_both_readmes_have_the_same_outline() -> None:
    def outline(name: str) -> list[int]:
        text = re.sub(r"(?ms)^```.*?^```", "", (ROOT / name).read_text(encoding="utf-8"))
        return [len(marks) for marks in re.findall(r"(?m)^(#+) ", text)]

    assert outline("README.md") == outline("README.zh-CN.md"), "give README.md and README.zh-CN.md the same headings"


def test_links_between_documents_lead_somewhere() -> None:
    problems = []
    for path, text in text_files():
        if path.suffix != ".md" or "resources" in path.parts:
            continue
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                problems.append(f"{place(path)}: the link to {target} leads nowhere")
    assert_none(problems)


def test_every_listed_command_is_there() -> None:
    from cpdesk.cli.app import COMMANDS

    missing = [name for name in COMMANDS if not (ROOT / "cpdesk" / "cli" / f"cmd_{name}.py").exists()]
    assert_none([f"cpdesk/cli/app.py: {name} is listed, but there is no cpdesk/cli/cmd_{name}.py" for name in missing])


def test_every_command_is_documented() -> None:
    from typer import main as typer_main

    from cpdesk.cli.app import COMMANDS, build_app

    documents = "".join(text for path, text in text_files() if path.suffix == ".md" and "plan" not in path.parts)
    problems = []
    for name in COMMANDS:
        if not (ROOT / "cpdesk" / "cli" / f"cmd_{name}.py").exists():
            continue
        command = typer_main.get_command(build_app(name)).commands[name]  # type: ignore[attr-defined]
        ways = [f"cpdesk {name} {inner}" for inner in getattr(command, "commands", {})] or [f"cpdesk {name}"]
        missing = [way for way in ways if not re.search(rf"{re.escape(way)}\b", documents)]
        problems += [f"docs: `{way}` is described nowhere; add it to docs/commands.md" for way in missing]
    assert_none(problems)


def test_test_files_have_names_of_their_own() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert_none([f"tests: {name} is there {n} times; pytest needs unique names" for name, n in names.items() if n > 1])


def test_csv_files_have_rows_of_equal_length() -> None:
    problems = []
    for path in tracked_files():
        if path.suffix == ".csv" and ROOT / "resources" in path.parents:
            with path.open(encoding="utf-8-sig", newline="") as handle:
                rows = list(csv.reader(handle))
            for number, row in enumerate(rows, 1):
                if row and len(row) != len(rows[0]):
                    problems.append(f"{place(path, number)}: {len(row)} cells, the head has {len(rows[0])}")
    assert_none(problems)


def test_the_words_of_the_glossary_are_those_of_the_code() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    lines = [line for line in glossary.splitlines() if line.startswith("| ") and not line.startswith("| 中文")]
    rows = [line.split("|") for line in lines]
    assert len(rows) >= 60
    used = "".join(path.read_text(encoding="utf-8") for path, _ in in_cpdesk())
    data = [path for path in (ROOT / "resources").rglob("*") if path.suffix in (".csv", ".md")]
    used += "".join(path.read_text(encoding="utf-8") for path in data)
    problems = [
        f"docs/glossary.md: {word} ({row[1].strip()}) is used nowhere; correct the row"
        for row in rows
        for word in re.findall(r"`([^`]+)`", row[3])
        if not re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", used)
    ]
    assert_none(problems)
