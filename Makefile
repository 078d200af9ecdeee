# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
#
# A thin layer over CMake, for people. `make` builds, `make demo` shows, `make test` proves.

PRESET ?= release
BUILD = build/$(PRESET)
# Most tests wait more than they compute.
JOBS ?= 4
CMAKE_LOG = > build/cmake.log 2>&1 || { cat build/cmake.log; false; }

.PHONY: all build demo test test-long soak check check-model sim fuzz format tidy asan mutants \
        coverage load matrix bench bench-quick install deb amalgamation clean help bootstrap-bench \
        bootstrap-build bootstrap-test bootstrap-lint bootstrap-fuzz bootstrap-coverage \
        bootstrap-package

all: build

bootstrap-build:
	@tools/bootstrap build
bootstrap-bench:
	@tools/bootstrap build bench
bootstrap-test:
	@tools/bootstrap build test
bootstrap-lint:
	@tools/bootstrap build test lint
bootstrap-fuzz:
	@tools/bootstrap build lint
bootstrap-coverage:
	@tools/bootstrap build test coverage
bootstrap-package:
	@tools/bootstrap build package

# The command alone: no test library is needed.
build: bootstrap-build
	@mkdir -p build
	@cmake --preset $(PRESET) -DSNET_TESTS=OFF $(CMAKE_LOG)
	@cmake --build $(BUILD)

demo: build
	@$(BUILD)/snet demo $(FILE)

# Everything: unit, vectors, simulation, interop, end to end. Ends with ctest's summary.
test: bootstrap-test
	@mkdir -p build
	@cmake --preset dev $(CMAKE_LOG)
	@cmake --build build/dev
	@ctest --test-dir build/dev --output-on-failure --parallel $(JOBS) $(CTEST_ARGS)

# Before a commit: format, tidy, unit tests and a short simulation.
check: bootstrap-lint format tidy
	@mkdir -p build
	@cmake --preset dev $(CMAKE_LOG)
	@cmake --build build/dev
	@ctest --test-dir build/dev --output-on-failure --parallel $(JOBS) \
		-L 'unit|vector|fuzz|tools|smoke'

# Clients that want more than their share, and what others get: SCENES of b1, b2, b3.
load: build bootstrap-test
	@SNET_BIN=$(CURDIR)/build/release/snet python3 -B tests/load/run_load.py $(SCENES)

# The session rules of snet/3, searched by spin; NAME chooses runs, see tests/model/check_model.py.
check-model: bootstrap-test
	@python3 -B tests/model/check_model.py $(NAME)

# One seed of the simulator, with everything it does.
sim: bootstrap-test
	@mkdir -p build
	@cmake --preset dev $(CMAKE_LOG)
	@cmake --build build/dev --target snet_sim
	@build/dev/tests/snet_sim --seed $(SEED) --verbose

# Hostile inputs under clang's sanitizers: FUZZ_SECONDS for each of FUZZ_TARGETS, or of all.
FUZZ_SECONDS ?= 30
fuzz: bootstrap-fuzz
	@mkdir -p build
	@cmake --preset fuzz $(CMAKE_LOG)
	@cmake --build build/fuzz --target fuzz_targets
	@tools/fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# Says which files clang-format would change; `tools/format` changes them.
format: bootstrap-lint
	@tools/format --check
# The rules of the house, then clang-tidy.
tidy: bootstrap-lint
	@mkdir -p build
	@cmake --preset dev $(CMAKE_LOG)
	@tools/tidy.py
	@tools/lint

# Unit tests, vectors, corpora and simulation under the address and undefined behaviour sanitizers.
asan: bootstrap-test
	@mkdir -p build
	@cmake --preset asan $(CMAKE_LOG)
	@cmake --build build/asan
	@ctest --test-dir build/asan --output-on-failure --parallel $(JOBS) -L 'unit|vector|fuzz|sim'

# Half an hour of redis, scp and echoes through a network that cuts, beside attackers.
SOAK_MINUTES ?= 30
soak: build bootstrap-test
	@SNET_BIN=$(CURDIR)/$(BUILD)/snet python3 -B tests/soak/run_soak.py --minutes $(SOAK_MINUTES)

# What is too long for `make test`: SEEDS seeds of the simulator from FIRST on, in a build that is
# optimized as a whole, every call of the system failing once, the mutants, fuzzing, and the soak.
SEEDS ?= 100000
FIRST ?= 1
test-long: bootstrap-test
	@mkdir -p build
	@cmake --preset release -DSNET_TESTS=ON $(CMAKE_LOG)
	@cmake --build build/release
	@cmake --preset sim $(CMAKE_LOG)
	@cmake --build build/sim --target snet_sim
	@build/sim/tests/snet_sim --seeds $(SEEDS) --first $(FIRST)
	@SNET_FAULT_EVERY=1 ctest --test-dir build/release --output-on-failure -L fault
	@SNET_STRESS_SECONDS=600 build/release/tests/unit.uv.conn_unlocked
	@$(MAKE) mutants fuzz soak

# Breaks the code in one place at a time: each of these mutants must fail the test that guards it.
# MUTANTS chooses some, by name.
mutants: bootstrap-test
	@tools/mutants.py $(MUTANTS)

# How many lines of each folder the tests run; fails below the floors of tests/coverage.txt.
# COVERAGE=--update sets them.
coverage: bootstrap-coverage
	@mkdir -p build
	@cmake --preset coverage $(CMAKE_LOG)
	@cmake --build build/coverage
	@find build/coverage -name '*.gcda' -delete
	@ctest --test-dir build/coverage --output-on-failure --parallel $(JOBS) \
		-L 'unit|vector|fuzz|smoke|interop|e2e|example' -E 'amalgamation'
	@gcovr --root . --filter src/ --exclude-directories '.*dh64_halves.*' build/coverage \
		--json-summary build/coverage/lines.json
	@tools/coverage.py build/coverage/lines.json $(COVERAGE)

# Other compilers, other machines, other C libraries; CELLS chooses, see tools/matrix.
matrix:
	@tools/matrix $(CELLS)

# Beside what one would pick instead: all rows and peers, written into docs/benchmarks.md, in about
# an hour; or one short round that is kept in build/bench alone, in two minutes.
bench: build bootstrap-bench
	@cmake --build $(BUILD) --target snet-bench
	@bench/run.py --publish $(BENCH_ARGS)
bench-quick: build bootstrap-bench
	@cmake --build $(BUILD) --target snet-bench
	@bench/run.py --quick $(BENCH_ARGS)

# Below /usr/local, or PREFIX; DESTDIR goes before either.
install: build
	@cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

# The library as two files, snet.c and snet.h, in build/amalgamation.
amalgamation:
	@tools/amalgamate.py

# The Debian packages libsnet1, libsnet-dev and snet, in build/deb.
deb: bootstrap-package
	@tools/deb

clean:
	@rm -rf build

help:
	@echo 'make demo [FILE=...]   a transfer through a hostile network, with its verdict'
	@echo 'make test              everything'
	@echo 'make test-long         what takes longer: SEEDS=n, faults, mutants, fuzzing, soak'
	@echo 'make soak              half an hour of programs and attackers, SOAK_MINUTES=n'
	@echo 'make check             format, tidy, unit tests, short simulation'
	@echo 'make check-model       the rules of snet/3, proven by spin on a small model'
	@echo 'make load [SCENES=]    attacks on the memory of a gateway, with figures'
	@echo 'make sim SEED=n        one seed of the simulator'
	@echo 'make fuzz              hostile inputs, FUZZ_SECONDS=n for each of FUZZ_TARGETS=...'
	@echo 'make asan              unit tests and simulation under sanitizers'
	@echo 'make mutants           breaks the code on purpose, and expects its tests to notice'
	@echo 'make coverage          lines that the tests run, by folder, with a floor for each'
	@echo 'make matrix [CELLS=]   other compilers, 32 bits, arm64, big-endian, musl, mingw'
	@echo 'make bench             snet beside its peers, for docs/benchmarks.md'
	@echo 'make bench-quick       one short round of that, in two minutes'
	@echo 'make install [PREFIX=] command, libraries, headers, manual pages'
	@echo 'make amalgamation      the library as two files, snet.c and snet.h, to drop in'
	@echo 'make deb               the Debian packages, in build/deb'
