# Two commands: `make demo` and `make test`. Both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test setup check bench clean

demo: setup
	$(BIN)/visemix demo --overwrite -o demo.mp4

test: setup check
	$(BIN)/pytest -q

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright

bench: setup
	$(BIN)/python -m benchmarks.run

setup: .venv/ready

# MediaPipe is installed without its own requirements: they would bring a second OpenCV, which
# needs libGL from the system, and 330 MB of jax that the face mesh does not use.
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -c constraints.txt mediapipe
	touch $@

clean:
	rm -rf .venv demo.mp4
