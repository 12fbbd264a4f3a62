# `make demo` shows lnet at work and `make test` checks everything; both install what is missing first.
# `make help` lists the rest. VARIANT=release|debug|sanitize chooses a build, WERROR=-Werror makes warnings errors.

MAKEFLAGS += --no-print-directory

VARIANT ?= release
WERROR ?=
CC = gcc
LUA = lua5.4
LUAROCKS = luarocks --lua-version 5.4
CLANG = clang-14
CLANG_FORMAT = clang-format-14
CLANG_TIDY = clang-tidy-14
VALGRIND = valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --keep-debuginfo=yes

SOURCES = $(wildcard src/*.c)
UNIT_SOURCES = $(wildcard spec/unit/*_test.c)
LAYER_0 = $(wildcard src/ip.c src/codec.c src/decoder.c src/wheel.c src/prefix.c src/order.c)
LUA_CODE = $(wildcard lua bin/lnet spec examples bench *.rockspec)

# What valgrind, 30 times slower, can run in a minute: the life and death of handles, streams and the loop.
VALGRIND_SPECS = $(wildcard $(patsubst %,spec/%_spec.lua,server listen accept socket loop loop_errors ticks collection state_end))

SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined
VARIANT_CFLAGS_release = -O2 -fno-plt -DNDEBUG
VARIANT_CFLAGS_debug = -O0 -g -DLNET_DEBUG
VARIANT_CFLAGS_sanitize = -O1 -g -DLNET_DEBUG -fno-omit-frame-pointer $(SANITIZE)
VARIANT_CFLAGS_gcc = $(VARIANT_CFLAGS_release)
VARIANT_CFLAGS_clang = $(VARIANT_CFLAGS_release)
VARIANT_LDFLAGS_sanitize = $(SANITIZE)

# Expanded where they are used, not before: `setup` may have to install pkg-config first.
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
INCLUDES = $(shell pkg-config --cflags lua5.4 libuv)
CFLAGS = -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden $(WARNINGS) $(WERROR) $(INCLUDES) $(VARIANT_CFLAGS_$(VARIANT))
LIBS = $(shell pkg-config --libs-only-L libuv) -luv

BUILD = build/$(VARIANT)
OBJECTS = $(SOURCES:src/%.c=$(BUILD)/%.o)
UNIT_TESTS = $(UNIT_SOURCES:spec/unit/%.c=$(BUILD)/unit/%)
BENCH_SOURCES = $(wildcard bench/*.c bench/load/*.c bench/servers/*.c)
BENCH_BINARIES = $(addprefix $(BUILD)/bench/,load libuv cap.so)
SPEC_SOURCES = $(wildcard spec/support/*.c)
SPEC_BINARIES = $(SPEC_SOURCES:spec/support/%.c=$(BUILD)/spec/%.so)
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
# The environment in which $(1), a variant, is what require("lnet") finds.
env = LUA_PATH_5_4='$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;' LUA_CPATH_5_4='$(CURDIR)/build/$(1)/?.so;;'

STEPS = build spec-release spec-debug spec-sanitize spec-valgrind unit conformance allocations counts \
  lint-lua lint-gcc lint-clang lint-tidy lint-format rock

.PHONY: build core objects setup setup-build demo test check hooks hooks-off counts counts-renew spec spec-release spec-debug spec-sanitize spec-valgrind \
  unit unit-run conformance allocations stress stress-binaries bench bench-quick bench-publish bench-build bench-binaries spec-binaries setup-bench lint lint-lua \
  lint-gcc lint-clang lint-tidy lint-format format rock install env clean help FORCE
.DELETE_ON_ERROR:

build: ## builds the module: build/$(VARIANT)/lnet/core.so
	@$(MAKE) $(JOBS) core

demo: setup-build ## echoes a file of 128 MiB over TCP and over a Unix socket
	@$(MAKE) $(JOBS) build VARIANT=release
	@$(call env,release) $(LUA) bin/lnet examples/demo.lua

test: setup ## runs every step below, each to its end, and sums up
	@rm -rf build/log
	@for step in $(STEPS); do .ci/step $$step $(MAKE) $$step WERROR=-Werror; done; .ci/summary

# What `check` leaves to `test`, each for its time: the other builds (release, sanitizers, gcc and clang with warnings as
# errors), valgrind, clang-tidy, node's traces, luarocks, failing allocations, counted instructions, and these specs.
SLOW_SPECS = $(wildcard $(patsubst %,spec/%_spec.lua,growth finalizers abort events_many bench exit socket_lives state_end report))

check: ## what can be checked in less than a minute: the debug build, unit tests, most specs, luacheck, clang-format
	@$(MAKE) lint-lua lint-format
	@$(MAKE) $(JOBS) core bench-binaries spec-binaries VARIANT=debug WERROR=-Werror >/dev/null
	@$(MAKE) $(JOBS) unit-run VARIANT=debug WERROR=-Werror >build/debug/unit.log || { cat build/debug/unit.log; exit 1; }
	@$(call env,debug) LUA='$(LUA)' .ci/specs $(filter-out $(SLOW_SPECS),$(wildcard spec/*_spec.lua))

hooks: ## has git run `make check` before each commit, in all worktrees of this repository; `make hooks-off` undoes it
	@set=$$(git config core.hooksPath); case "$$set" in ''|.ci/hooks) git config core.hooksPath .ci/hooks ;; \
	  *) echo "core.hooksPath is $$set already: call .ci/hooks/pre-commit from the hook there" >&2; exit 1 ;; esac

hooks-off: ## takes out what `make hooks` has put in
	@test "$$(git config core.hooksPath)" != .ci/hooks || git config --unset core.hooksPath

# A command or a file that must exist, and the Debian package that has it.
BUILD_NEEDS = gcc:gcc /usr/include/stdio.h:libc6-dev pkg-config:pkg-config lua5.4:lua5.4 \
  /usr/include/lua5.4/lua.h:liblua5.4-dev /usr/include/uv.h:libuv1-dev
TEST_NEEDS = $(BUILD_NEEDS) /usr/share/lua/5.4/busted/runner.lua:lua-busted /usr/share/lua/5.4/dkjson.lua:lua-dkjson luacheck:lua-check luarocks:luarocks \
  zip:zip unzip:unzip $(CLANG):$(CLANG) $(CLANG_TIDY):$(CLANG_TIDY) $(CLANG_FORMAT):$(CLANG_FORMAT) \
  valgrind:valgrind taskset:util-linux /usr/share/doc/libc6-dbg:libc6-dbg lua5.1:lua5.1 nc.openbsd:netcat-openbsd socat:socat curl:curl node:nodejs

setup-build: ## installs what building needs (Debian)
	@.ci/setup $(BUILD_NEEDS)

BENCH_NEEDS = $(BUILD_NEEDS) /usr/share/lua/5.4/argparse.lua:lua-argparse /usr/share/lua/5.4/dkjson.lua:lua-dkjson \
  /usr/lib/x86_64-linux-gnu/lua/5.4/luv.so:lua-luv /usr/share/lua/5.4/cqueues.lua:lua-cqueues \
  lua5.1:lua5.1 /usr/share/lua/5.1/copas.lua:lua-copas node:nodejs npm:npm gnuplot:gnuplot-nox valgrind:valgrind taskset:util-linux
BUN = @oven/bun-linux-x64@1.4.5

setup-bench: ## installs the benchmark's peers (Debian, and Bun from npm into build/)
	@.ci/setup $(BENCH_NEEDS)
	@mkdir -p build/bench
	@test -d build/bench/node_modules/$(firstword $(subst @1, ,$(BUN))) || \
	  npm install --silent --no-audit --no-fund --prefix build/bench $(BUN) || echo 'going on without Bun'

setup: ## installs what building and testing need (Debian)
	@.ci/setup $(TEST_NEEDS)

spec: spec-release spec-debug ## the specs, with the release build and with the debug build

spec-release spec-debug: spec-%:
	@$(MAKE) $(JOBS) core bench-binaries spec-binaries VARIANT=$*
	@$(call env,$*) LUA='$(LUA)' .ci/specs $(SPECS)

spec-sanitize: ## the specs, with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) $(JOBS) core bench-binaries spec-binaries VARIANT=sanitize
	@$(call env,sanitize) LNET_SPEC_PATIENCE=4 UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1 LUA='$(LUA)' \
	  UNDER="env LD_PRELOAD=$$($(CC) -print-file-name=libasan.so):$$($(CC) -print-file-name=libubsan.so)" .ci/specs $(SPECS)

spec-valgrind: ## $(VALGRIND_SPECS) under valgrind
	@$(MAKE) $(JOBS) build VARIANT=debug
	@$(call env,debug) LNET_SPEC_PATIENCE=30 LUA='$(LUA)' UNDER='$(VALGRIND)' .ci/specs $(VALGRIND_SPECS)

unit: ## the unit tests of the C code that knows neither Lua nor libuv, plain and sanitized
	@$(MAKE) $(JOBS) unit-run VARIANT=release
	@$(MAKE) $(JOBS) unit-run VARIANT=sanitize

conformance: ## the same programs in node and in lnet
	@$(MAKE) $(JOBS) build VARIANT=release
	@$(call env,release) $(LUA) spec/conformance/run.lua

counts: ## the instructions of a request and of a connection, compared with those kept in bench/counts.lua
	@$(MAKE) bench-build
	@$(call env,release) $(LUA) bench/count.lua

counts-renew: ## keeps the instructions that are counted now
	@$(MAKE) bench-build
	@$(call env,release) $(LUA) bench/count.lua --renew

FORMATTED = $(wildcard src/*.[ch] spec/unit/*.[ch] bench/*.c bench/load/*.[ch] bench/servers/*.c) $(SPEC_SOURCES)

lint: lint-lua lint-gcc lint-clang lint-tidy lint-format ## luacheck, strict gcc and clang, clang-tidy, clang-format

lint-lua:
	@luacheck --no-color --quiet $(LUA_CODE)

lint-gcc lint-clang: lint-%:
	@$(MAKE) $(JOBS) objects bench-binaries spec-binaries VARIANT=$* CC=$(if $(filter clang,$*),$(CLANG),$(CC)) WERROR=-Werror

# The analyzer learns from the assertions. One file a run: with several it takes a va_list that was started for one that was not.
lint-tidy: VARIANT = debug
lint-tidy:
	@printf '%s\n' $(SOURCES) $(BENCH_SOURCES) $(SPEC_SOURCES) | xargs -P $$(nproc) -n 1 sh -c '$(CLANG_TIDY) --quiet "$$@" -- $(CFLAGS)' tidy

lint-format:
	@$(CLANG_FORMAT) --dry-run -Werror $(FORMATTED)

format: ## formats the C code
	@$(CLANG_FORMAT) -i $(FORMATTED)

STRESS_BINARIES = $(BUILD)/stress/memerr $(BUILD)/stress/threads
MEMERR = $(call env,sanitize) build/sanitize/stress/memerr

allocations: ## each allocation of lnet's C fails once, and many of Lua's, while sockets are at work: a part of `stress`
	@$(MAKE) $(JOBS) stress-binaries VARIANT=sanitize
	@status=0; $(call env,sanitize); export LUA_PATH_5_4 LUA_CPATH_5_4; \
	for part in 'c' 'lua 1 10000 17' 'lua-on 1 10000 83'; do \
	  set -- $$part; kind=$$1; shift; build/sanitize/stress/memerr $$kind spec/stress/memerr.lua $$* || status=1; \
	done; exit $$status

stress: ## failing allocations, states in threads, chunks beyond 4 GiB (some minutes, 14 GiB; not part of test)
	@$(MAKE) $(JOBS) stress-binaries VARIANT=sanitize
	@$(MEMERR) c spec/stress/memerr.lua
	@$(MEMERR) lua spec/stress/memerr.lua 1 10000 17
	@$(call env,sanitize) timeout 150 build/sanitize/stress/threads spec/stress/threads.lua
	@$(MAKE) build VARIANT=release
	@$(call env,release) timeout 900 $(LUA) spec/stress/large.lua

bench: ## measures lnet against C on libuv, luv, node, bun, cqueues and copas; BENCH=--help for its options
	@$(MAKE) setup-bench || echo 'going on with what is there'
	@$(MAKE) bench-build
	@$(call env,release) $(LUA) bench/run.lua $(BENCH)

bench-quick: ## the same in two minutes: an impression
	@$(MAKE) bench BENCH='--quick $(BENCH)'

bench-publish: ## puts the figures of the last run into README.md and bench/
	@$(LUA) bench/run.lua --from build/bench/results.json --publish

bench-build: # what bench/run.lua starts
	@$(MAKE) $(JOBS) core bench-binaries VARIANT=release

rock: ## luarocks make, into build/rocks
	@.ci/rock make

install: ## luarocks make, into luarocks' own tree or into TREE=DIR
	@.ci/rock install-here $(TREE)

env: ## prints what lets lua5.4 and bin/lnet find this build: eval "$(make -s env)"
	@echo "export $(call env,$(VARIANT))"

clean: ## removes build/
	rm -rf build

help: ## lists the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

core: $(BUILD)/lnet/core.so

objects: $(OBJECTS)

unit-run: $(UNIT_TESTS)
	@status=0; for test in $^; do echo "# $$test"; $$test || status=1; done; exit $$status

$(BUILD)/lnet/core.so: $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) -shared $(VARIANT_LDFLAGS_$(VARIANT)) -o $@ $^ $(LIBS)

$(BUILD)/%.o: src/%.c $(BUILD)/flags
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/unit/%: spec/unit/%.c $(LAYER_0:src/%.c=$(BUILD)/%.o) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Isrc -MMD -MP -o $@ $(filter %.c %.o,$^)

bench-binaries: $(BENCH_BINARIES)

spec-binaries: $(SPEC_BINARIES)

stress-binaries: $(STRESS_BINARIES)

# Programs that embed Lua and lnet; the first with an allocator that fails.
$(BUILD)/stress/memerr: STRESS_FLAGS = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$(BUILD)/stress/threads: STRESS_FLAGS = -lpthread
$(BUILD)/stress/%: spec/stress/%.c $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) -g -D_GNU_SOURCE $(INCLUDES) -o $@ $^ $(STRESS_FLAGS) -llua5.4 $(LIBS) $(VARIANT_LDFLAGS_$(VARIANT))

$(BUILD)/bench/load: $(wildcard bench/load/*.[ch]) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $(filter %.c,$^)

$(BUILD)/bench/libuv: bench/servers/libuv.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $< $(LIBS)

$(BUILD)/bench/cap.so: bench/cap.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -shared -o $@ $<

$(BUILD)/spec/%.so: spec/support/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -shared -o $@ $<

# Changes only when the command line does: other flags rebuild everything.
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD)
	@echo '$(CC) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS)' >$@

-include $(OBJECTS:.o=.d) $(UNIT_TESTS:=.d)
