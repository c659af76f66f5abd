# Short names for the commands of CONTRIBUTING.md; `just --list` shows them.

python := ".venv/bin/python"

# set up and open the program
run *words:
    python3 run.py {{words}}

# the test suite
test *words:
    python3 run.py test {{words}}

# everything that must hold before a change lands
check:
    .ci/run

# put code into shape
format:
    .venv/bin/ruff check --fix .
    .venv/bin/ruff format .

# both locks from pyproject.toml
lock *words:
    {{python}} tools/lock.py {{words}}

# a wheel in dist/
build:
    {{python}} -m build --wheel --no-isolation

# the test command on bare Debian (as root)
bare *words:
    tools/bare_debian.sh {{words}}
