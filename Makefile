# The two commands: `make` sets up and renders the plan that _quarto.yml names; `make test` sets up and tests.
# Another municipality: make KOMMUNE=Hedensted.

# The newest suitable Python on PATH; name another with `make PYTHON=…`.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
PLAN = .venv/bin/plan

.PHONY: all setup site test lint lock quarto quarto-render bench profile lab clean git-filter

all: site

setup:
	@if [ -z "$(PYTHON)" ]; then echo "make: Python 3.11 or newer is needed and none is on PATH. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@$(PYTHON) tools/setup_env.py

site: setup
	@$(PLAN) render $(if $(KOMMUNE),"$(KOMMUNE)")

test: setup
	@.venv/bin/python -m pytest -n auto --dist worksteal

lint: setup
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy

# Brings Quarto into .venv. Its wheel downloads the program from a release page; where that is closed, this
# fails and everything else goes on with the built-in engine. Which versions: pyproject.toml. To be done again after
# the lock has changed, since .venv is then made anew.
quarto: setup
	@.venv/bin/python -m uv pip install -r pyproject.toml --extra quarto || \
	{ echo "make: Quarto could not be downloaded here; plan render goes on with its built-in engine." >&2; exit 1; }

# Plain Quarto with the project's own Python, whatever environment is active: make quarto-render KOMMUNE=Hedensted, and
# BOOK=notebooks/jobcenteroverblik for another book. It leaves outputs in the notebooks; `plan clean` takes them out.
BOOK ?= .
quarto-render: setup
	@PATH="$(CURDIR)/.venv/bin:$$PATH" QUARTO_PYTHON="$(CURDIR)/.venv/bin/python" quarto render "$(BOOK)" \
	$(if $(KOMMUNE),-P "kommune:$(KOMMUNE)")

profile: setup
	@.venv/bin/python -m benchmarks.profile_render

bench: setup
	@.venv/bin/python -m benchmarks

# Lets git commit notebooks without outputs, in this clone (see .gitattributes). Nothing needs to be installed for it.
git-filter:
	@git config filter.plan-notebook.clean "$(PYTHON) -I src/helpers/render/strip.py"
	@echo "git now takes outputs out of notebooks as it reads them; undo: git config --remove-section filter.plan-notebook"

lab: setup
	@.venv/bin/jupyter lab index.ipynb

# New versions of all packages, for Linux, macOS and Windows and Python 3.11 and newer, with hashes.
lock: setup
	@.venv/bin/python -m uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --extra dask --group dev --group build pyproject.toml -o requirements.lock
	@echo uv | .venv/bin/python -m uv pip compile -q --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate - -o requirements-uv.lock

clean:
	@rm -rf .venv _site _export _book .quarto .plan figures notebooks/figures notebooks/*/figures data/raw/example \
	.pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find data/processed -mindepth 1 ! -name README.md -delete
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
