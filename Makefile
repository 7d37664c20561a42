# make demo    tell the whole story: real certbot runs against the embedded sandbox
# make test    run the tests; brings what they need where it may (root, apt-get)
# make test-matrix
#              run the end-to-end tests with all supported certbots, one after the other: six
#              versions and the distribution's own package
# make requirements
#              pin anew what is installed beside those certbots, with hashes
# make torture let every file operation of every command fail, and kill it there;
#              two hours and more, goes on where it was cut off (ARGS=--again: anew;
#              ARGS='--most 20': so many points of each row); then kill a move of two lineages
#              among 1000 at every file operation and request, two hours (MOVE='--tree 0
#              --stride 7': three, every seventh point)
# make trial   hold what forecasts and dry runs say against what renewals then do, in 200
#              states (ARGS='--seed N': those of that seed), kill 20 moves to another CA with
#              their certbots, and cut playbooks off at each step
# make lint    check style, types, the arrows between modules and the lowest Python
# make format  put the code into the form that make lint asks for
# make packages
#              build wheel and source distribution into dist/, twice with equal bytes, and
#              check them
# make install-pages
#              run the lines on installing of README.md and docs/schnellstart.md in fresh roots, and
#              those that build the Debian package in roots of Debian 12 and 13 (debootstrap);
#              some 15 minutes, as root
# make collection
#              build the Ansible collection of ansible/ into dist/, and run ansible-lint on it
# make sanity  run ansible-test's unit and sanity tests on the collection, but pylint
# make man     write the man page, docs/certbot-sectigo.1
# make clean   remove everything these targets made
#
# Each target makes its own virtual environment in .venv/ first; nothing is
# installed into the Python you have.
#
#   PYTHON=python3.12    which Python (3.9 or newer) makes the environments
#   ARGS='-k pebble'     words for pytest
#   WORKERS=2            how many test processes run side by side (4)

PYTHON ?= python3
# More than small machines have cores: the tests wait for servers more than they compute.
WORKERS ?= 4
ARGS ?=
MOVE ?= --tree 1000 --now
# Each of the test processes would compile all tests anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test test-matrix requirements torture trial lint format packages install-pages \
        collection sanity man clean

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.for-use
	@$(BIN)/certbot-sectigo demo

# The fence is a network of loopback alone, and a look for processes left behind.
test: $(VENV)/.for-tests
	@$(BIN)/python tests/bed/install.py
	@$(BIN)/python tests/bed/fence.py $(BIN)/python -m pytest \
	    -n $(WORKERS) --dist=worksteal --no-fold-skipped $(ARGS)

test-matrix: $(VENV)/.for-tests $(VENV)/.for-packages
	@$(BIN)/python tests/bed/install.py
	@$(BIN)/nox --noxfile noxfile.py -- $(ARGS)

requirements: $(VENV)/.for-packages
	@$(BIN)/nox --noxfile noxfile.py --session requirements

torture: $(VENV)/.for-tests
	@$(BIN)/python tests/bed/fence.py $(BIN)/python -m tests.torture $(ARGS)
	@$(BIN)/python tests/bed/fence.py $(BIN)/python -m tests.move.points $(MOVE)
	@$(BIN)/python tests/bed/fence.py $(BIN)/python -m tests.move.points --refused

trial: $(VENV)/.for-tests
	@$(BIN)/python tests/bed/install.py
	@$(BIN)/python tests/bed/fence.py $(BIN)/python -m tests.trial $(ARGS)
	@$(BIN)/python tests/bed/fence.py $(BIN)/python -m tests.move.moments
	@CERTBOT_SECTIGO_TRIAL=1 $(BIN)/python tests/bed/fence.py $(BIN)/python -m pytest \
	    tests/ansible/test_fleet.py tests/ansible/test_fleet_at_length.py
	@$(BIN)/python -m tests.ansible.installing

packages: $(VENV)/.for-packages
	$(BIN)/python packaging/build.py
	$(BIN)/check-wheel-contents dist
	$(BIN)/twine check --strict dist/*

install-pages: $(VENV)/.for-use
	$(BIN)/python -m tests.install

collection: $(VENV)/.for-ansible
	@mkdir -p dist
	$(BIN)/ansible-galaxy collection build --force --output-path dist ansible
	@$(BIN)/python tests/ansible/sanity.py

sanity: $(VENV)/.for-ansible
	@$(BIN)/python tests/ansible/sanity.py --tests

lint: $(VENV)/.for-tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@! find certbot_sectigo -name '*.py' -exec wc -l {} + \
	    | awk '$$1 > 300 && $$2 != "total" {print "longer than 300 lines:", $$0}' | grep .
	$(BIN)/vermin --quiet --no-tips --violations --target=3.9- certbot_sectigo

format: $(VENV)/.for-tests
	$(BIN)/ruff check --fix --select I,F401,UP --quiet
	$(BIN)/ruff format

man: $(VENV)/.for-use
	@$(BIN)/python -m certbot_sectigo.cli.man > docs/certbot-sectigo.1

clean:
	rm -rf $(VENV) .venvs .nox build dist certbot_sectigo.egg-info
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find certbot_sectigo tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are made anew when the requirements change.
$(VENV)/.for-tests: EXTRAS := [lint,test,ansible]
$(VENV)/.for-packages: EXTRAS := [packages]
$(VENV)/.for-ansible: EXTRAS := [ansible]
$(VENV)/.for-use $(VENV)/.for-tests $(VENV)/.for-packages $(VENV)/.for-ansible: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9))' || { \
	    echo "certbot-sectigo needs Python 3.9 or newer; name one: make PYTHON=python3.12 ..." >&2; \
	    exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing into $(VENV) ..." >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
	    --editable '.$(EXTRAS)'
	@touch $@
