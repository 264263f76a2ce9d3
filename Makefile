# Each target sets up all it needs in .venv by itself. `make help` lists them.
PORT ?= 8501
VENV := .venv
PY := $(VENV)/bin/python
RUNTIME := $(VENV)/runtime
# A process for each core, and each takes whole files: their tests share servers and what they measure.
SPREAD := -n auto --dist loadfile --no-loadscope-reorder
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint bench reference audit sbom licenses lock clean

help: ## list the targets
	@awk -F ' ?## ' '/^[a-z]+:.*## / { sub(/:.*/, "", $$1); printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/requirements.stamp ## start the app (PORT=8501)
	@echo "nnviz: starting the app on http://localhost:$(PORT) (Ctrl-C stops it)"
	@$(PY) -m streamlit run serve.py --server.port $(PORT)

test: $(VENV)/requirements-dev.stamp ## run all tests, the browser tests too (ARGS="-k moons" to choose)
	@echo "nnviz: running the tests"
	@NNVIZ_CHROMIUM=$$(tools/find-chromium $(PY)) && export NNVIZ_CHROMIUM && $(PY) -m pytest $(SPREAD) $(ARGS)

lint: $(VENV)/requirements-dev.stamp ## check format, style, types, import directions, the JavaScript and what is deployed
	@echo "nnviz: checking format, style, types, import directions, the JavaScript and what is deployed"
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo
	$(VENV)/bin/oxlint --config nnviz/.oxlintrc.json nnviz
	$(VENV)/bin/hadolint Dockerfile
	$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	$(VENV)/bin/kubernetes-validate --quiet --strict --kubernetes-version 1.34 deploy/kubernetes.yaml

bench: $(VENV)/requirements-dev.stamp ## measure speed and memory
	@echo "nnviz: measuring speed and memory"
	@$(PY) -m bench $(ARGS)

reference: $(VENV)/requirements-reference.stamp ## compare with Keras, JAX and PyTorch (a large install); simulate how often statistics err
	@echo "nnviz: comparing with Keras, JAX and PyTorch"
	@KERAS_BACKEND=numpy NNVIZ_SIMULATIONS=1 $(PY) -m pytest -m "reference or simulation" $(ARGS)

audit: $(VENV)/requirements-release.stamp $(RUNTIME).stamp ## look up the app's packages in PyPI's list of vulnerabilities
	@echo "nnviz: looking up what the app needs to run"
	@$(PY) tools/audit $(RUNTIME)/lib/python3*/site-packages

sbom: $(VENV)/requirements-release.stamp $(RUNTIME).stamp ## write nnviz.cdx.json, the bill of materials of what the app needs to run
	@PYTHONWARNINGS=ignore $(VENV)/bin/cyclonedx-py environment $(RUNTIME) --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-format JSON --output-file nnviz.cdx.json
	@echo "nnviz: wrote nnviz.cdx.json"

licenses: $(RUNTIME).stamp ## write LICENSES.md, the licences of what the app needs to run
	@$(PY) tools/licenses $(RUNTIME)/lib/python3*/site-packages > LICENSES.md
	@echo "nnviz: wrote LICENSES.md"

# For every system and every Python that nnviz runs on; later files keep to the versions of those before.
LOCK := $(VENV)/bin/uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
	--upgrade --default-index https://pypi.org/simple --custom-compile-command "make lock"
lock: $(VENV)/requirements-release.stamp ## renew the locks: the newest versions that the requirements allow, with hashes
	@echo "nnviz: renewing the locks"
	@$(LOCK) requirements.txt --output-file requirements.lock
	@$(LOCK) requirements-dev.txt --constraints requirements.lock --output-file requirements-dev.lock
	@$(LOCK) requirements-release.txt --constraints requirements-dev.lock --output-file requirements-release.lock

clean: ## remove .venv and all caches
	@echo "nnviz: removing .venv and all caches"
	@rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@python=$$(tools/find-python) && echo "nnviz: making .venv with $$python" && "$$python" -m venv --clear $(VENV)

# Nothing but what the app needs to run, as in the container.
$(RUNTIME).stamp: requirements.lock $(PY)
	@echo "nnviz: installing what the app needs to run into $(RUNTIME)"
	@$(PY) -m venv --clear --without-pip $(RUNTIME)
	@$(PY) -m pip --python $(RUNTIME)/bin/python install --quiet --require-hashes --requirement requirements.lock
	@touch $@

# A stamp says that a lock is installed; it goes stale with it.
$(VENV)/%.stamp: %.lock $(PY)
	@echo "nnviz: installing $< into .venv (once; it can take some minutes)"
	@$(PY) -m pip install --quiet --require-hashes --requirement $<
	@touch $@

# The large ones are not locked: their files differ by system and kind of processor.
$(VENV)/requirements-reference.stamp: requirements-reference.txt $(VENV)/requirements-dev.stamp
	@echo "nnviz: installing $< into .venv (once; it can take some minutes)"
	@$(PY) -m pip install --quiet --requirement $<
	@touch $@
