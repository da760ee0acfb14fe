"""No statement of SQL holds a value: statements are fixed texts, values travel beside them.

Read from the whole code base by its syntax tree. Where a statement is put together (columns,
marks for parameters, a word chosen among few), the place stands below with what goes in; a new
place makes the test fail until somebody has looked at it and written down why it is safe.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

SOURCE: Final = Path(__file__).parents[1] / "src"
RUN: Final = frozenset({"execute", "executemany", "executescript", "exec_driver_sql"})
FREE_FORM: Final = re.compile(r"RawSQL|objects\.(raw|extra)\(")
"""Django's ways to put text of one's own into a query: not used at all."""
SQL: Final = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|VALUES|ORDER BY|FROM|JOIN|PRAGMA|TRUNCATE"
    r"|CREATE|DROP|ALTER|RETURNING|ON CONFLICT|SET LOCAL|LOCK TABLE|WITHOUT ROWID)\b"
)
REVIEWED: Final = {
    ("keyserver/store/db.py", "begin"): "BEGIN or BEGIN IMMEDIATE, from the same module",
    ("keyserver/store/db.py", "pragma"): "a constant of the module",
    ("phone/contact_log/log.py", "f'PRAGMA {name}'"): "page_count or freelist_count",
    ("phone/private_database.py", "statement"): "the tables that a store declares as constants",
    ("phone/share/journal.py", "query"): "one of two fixed texts of the class",
    ("portal/accounts/management/commands/migrate.py", "*args"): "Django's own command, no SQL",
    ("portal/appgateway/phones/counting.py", "_ADD.format(rows=rows)"): "marks for parameters",
    ("portal/appgateway/phones/registering.py", "_INSERT.format(rows=rows)"): "the same",
    ("portal/appgateway/pushes/warnings.py", "statement"): "one of the module's constants",
    ("portal/campaign/figures/asof.py", "sql"): "a table and columns of the module, and marks",
    ("portal/campaign/figures/clustered.py", "f'{sql} WITHOUT ROWID'"): "Django's CREATE TABLE",
    ("portal/campaign/figures/registering.py", "_ADD.format(counts=_COUNT)"): "a constant",
    ("portal/campaign/figures/registering.py", "_ADD.format(counts=counted)"): "a fixed text",
    ("portal/locks.py", "f'SELECT {call}(%s)'"): "one of two functions of PostgreSQL",
}
"""(file below src/bluezone, expression): what goes in."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules with SQL; migrations are fixed texts that no request reaches."""
    for path in sorted((SOURCE / "bluezone").rglob("*.py")):
        if "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            if SQL.search(text) or any(f".{word}(" in text for word in RUN):
                yield path.relative_to(SOURCE / "bluezone").as_posix(), ast.parse(text)


def is_constant_name(node: ast.expr) -> bool:
    """Tell whether `node` is a constant of a module: its text is checked where it stands."""
    return isinstance(node, ast.Name) and node.id == node.id.upper()


def is_fixed(node: ast.expr) -> bool:
    """Tell whether a statement is a fixed text whatever a request says."""
    if isinstance(node, ast.IfExp):
        return is_fixed(node.body) and is_fixed(node.orelse)
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return all(is_constant_name(part) for part in parts)
    return is_constant_name(node) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def fixed_locals(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the names that a function sets to fixed texts and to nothing else."""
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    given = {argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg)}
    return {name for name, values in assigned.items() if all(map(is_fixed, values))} - given


def statements(function: ast.AST) -> Iterator[ast.expr]:
    """Yield each statement that is run in a piece of program."""
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in RUN
            and node.args
        ):
            yield node.args[0]


def unsafe(name: str, module: ast.Module) -> set[tuple[str, str]]:
    """Return the statements of a module that are no fixed texts."""
    found = {node for node in statements(module) if not is_fixed(node)}
    for function in ast.walk(module) if found else ():
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            names = fixed_locals(function)
            inside = set(statements(function))
            found -= {n for n in inside if isinstance(n, ast.Name) and n.id in names}
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr) and not is_fixed(node):
            words = "".join(str(p.value) for p in node.values if isinstance(p, ast.Constant))
            if SQL.search(words):
                found.add(node)
    return {(name, ast.unparse(node)) for node in found}


@pytest.fixture(scope="module")
def found() -> set[tuple[str, str]]:
    """Return every place of the code base that has to be looked at."""
    return {place for name, module in sources() for place in unsafe(name, module)}


def test_every_statement_is_a_fixed_text_or_was_looked_at(found: set[tuple[str, str]]) -> None:
    assert found - REVIEWED.keys() == set()


def test_what_was_looked_at_is_still_there(found: set[tuple[str, str]]) -> None:
    assert REVIEWED.keys() - found == set()


@pytest.mark.parametrize(
    "line",
    [
        "c.execute(f\"SELECT * FROM t WHERE name = '{name}'\")",
        "c.execute('SELECT * FROM t WHERE name = ' + name)",
        "c.execute('SELECT * FROM t WHERE name = %s' % name)",
        "c.execute('SELECT {}'.format(name))",
        "sql = f'DELETE FROM t WHERE id = {number}'",
        "c.execute(build(name))",
    ],
)
def test_a_value_in_a_statement_is_found(line: str) -> None:
    assert unsafe("x.py", ast.parse(line))


def test_parameters_are_fine() -> None:
    module = ast.parse("def f(c, n):\n    q = 'SELECT 1 WHERE a = ?'\n    c.execute(q, (n,))\n")
    assert unsafe("x.py", module) == set()


def test_free_text_in_queries_is_not_used() -> None:
    files = (SOURCE / "bluezone").rglob("*.py")
    assert [path for path in files if FREE_FORM.search(path.read_text(encoding="utf-8"))] == []
