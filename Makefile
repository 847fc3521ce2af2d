# Builds, tests and installs ipv6ddns; `make help` lists the targets. Everything that is made lies under build/.

VERSION := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
MAKEFLAGS += --jobs=$(shell nproc)
# What the command line sets is for us alone: the libraries' makefiles have an ARCH of their own.
MAKEOVERRIDES :=
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
.SECONDARY:
.PHONY: FORCE all packages sbom outdated demo picture bench bench-doc dev check explore fuzz mutants test emulated machines managers bench-packages test-packages machine-packages reproducible clean distclean help

# The libraries' configure script and libtool cannot build below every path: refused here, before anything is tried.
ODD := $(shell pwd -P | LC_ALL=C tr -d 'A-Za-z0-9_./+@,~\200-\377\n-')
ifneq ($(ODD)$(filter-out 1,$(words $(CURDIR))),)
$(error The libraries cannot be built below "$(CURDIR)": move this folder to a path of letters, digits and _./+@,~- only)
endif

# An unpacked source archive (make source) has the generated C and the libraries' tarballs beside it, and needs neither
# Node nor npm nor a network. Without the folder generated/ it is built as a checkout is.
GENERATED := $(wildcard generated)
ifdef GENERATED
SOURCES ?= $(CURDIR)/sources
endif

include native/third-party.mk
include packaging/packaging.mk
include packaging/dist.mk

all: build/$(ARCH)/ipv6ddns $(if $(filter $(ARCH),$(OWN_ARCH)),build/ipv6ddns) ## the executable, build/ipv6ddns; for another machine with ARCH=NAME, build/NAME/ipv6ddns

packages:
	@tools/need gcc=gcc /usr/include/stdlib.h=libc6-dev xz=xz-utils bzip2=bzip2 patch=patch \
	  $(if $(GENERATED),,node=nodejs npm=npm /usr/share/keyrings/debian-archive-keyring.gpg=debian-archive-keyring)

# As the lock file says. Not `npm ci`: it refuses a lock file without the executables of every other platform, and a
# registry need not carry those. The scripts of packages do not run: esbuild's only checks its executable.
# npm's own patience with a network that is not there is five minutes without a word: one question tells, and then what
# it has brought before has to do.
build/node_modules.stamp: package-lock.json | packages
	@echo 'npm brings the development tools' >&2
	@npm view esbuild name --loglevel=error --fetch-retries=0 --fetch-timeout=30000 >/dev/null || offline=--offline; \
	  npm install --no-save --ignore-scripts --no-audit --no-fund --engine-strict --loglevel=error $$offline || \
	  { echo $(NPM_REMEDY) >&2; exit 1; }
	mkdir -p build && touch $@
NPM_REMEDY := 'npm could not bring the development tools; why is above. Without a network build from a source archive: \
	"make source" makes one where there is a network, and it needs neither Node nor npm.'

# --- programs: TypeScript → one module → bytecode in a C array → executable ---

NATIVE_MODULES := std os netlink http system settings parts confine spawn setup trials
TYPESCRIPT := $(shell find src -name '*.ts')
BUNDLE = node_modules/.bin/esbuild --bundle --format=esm --target=es2023 --tree-shaking=true --minify-syntax \
	$(NATIVE_MODULES:%=--external:%) --define:VERSION='"$(VERSION)"' --log-level=warning --outfile=$@

PARTS := $(patsubst src/parts/%.ts,part-%,$(wildcard src/parts/*.ts))
PROGRAMS := $(patsubst %,build/%.c,ipv6ddns settings $(PARTS))

ifdef GENERATED
$(PROGRAMS): build/%.c: generated/%.c
	mkdir -p build && cp $< $@
else
PROGRAM_SOURCES := $(TYPESCRIPT) package.json tools/plain-members.mjs build/node_modules.stamp
PROGRAM = $(BUNDLE) $1 && tools/plain-members.mjs $@
build/ipv6ddns.js: $(PROGRAM_SOURCES)
	$(call PROGRAM,src/main.ts)
build/settings.js: $(PROGRAM_SOURCES)
	$(call PROGRAM,src/settings.ts)
build/part-%.js: $(PROGRAM_SOURCES)
	$(call PROGRAM,src/parts/$*.ts)

# Without debug information: it would take 0.1 MiB of memory. Stack traces have names, and no lines.
$(PROGRAMS): QJSC_FLAGS := -s
build/settings.c: SYMBOL := settings_program
build/part-%.c: SYMBOL = $(*:part-%=%)_program
endif

build/%.c: build/%.js build/qjsc
	cd build && ./qjsc $(QJSC_FLAGS) -c -m $(addprefix -M ,$(NATIVE_MODULES)) -N $(or $(SYMBOL),program) -o $(@F) $(<F)

LIBRARIES = build/$1/libquickjs.a build/$1/curl/lib/.libs/libcurl.a
COMPILE = $(CC_$1) $(CFLAGS_$1) -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -isystem build/$1/quickjs \
	-isystem build/$1/curl/include -isystem build/$1/mbedtls/include -isystem build/$1/cares/include \
	$(KERNEL_HEADERS_$1) $(EXTRA_CFLAGS) -c -o $@ $<
HEADERS := $(wildcard native/*.h)
MODULES := $(filter-out main,$(patsubst native/%.c,%,$(wildcard native/*.c)))
NATIVE = $(patsubst %,build/$1/native/%.o,$2)
WRAPPED := mbedtls_x509_crt_parse_der ares_init_options recv
LINK = $(CC_$1) $(LDFLAGS_$1) -Wl,--gc-sections $(WRAPPED:%=-Wl,--wrap=%) -o $@ $(filter %.o,$^) $(call LIBRARIES,$1) \
	$(addprefix build/$1/mbedtls/lib/,libmbedtls.a libmbedx509.a libmbedcrypto.a) build/$1/cares/lib/libcares.a -lm
# Which libraries were taken, a line each, as a text of C.
LIBRARY_LIST = "$(shell cut -d ' ' -f 1-2 $(TAKEN) | sed 's/$$/\\n/' | tr -d '\n' | sed 's/\\n$$//')"
build/%/native/system.o: EXTRA_CFLAGS = -DLIBRARIES='$(LIBRARY_LIST)'

# A rule of the filter for each system call of the list that the architecture's headers know.
build/syscalls.inc: native/syscalls.list
	mkdir -p build && awk '/^(allow|kill) / { for (i = 2; i <= NF; i++) \
	  printf "#ifdef __NR_%s\n%s(%s),\n#endif\n", $$i, toupper($$1), $$i }' $< > $@
build/%/native/syscalls.o: EXTRA_CFLAGS = -Ibuild

# Of one flavour: the programs' bytecode, the native modules, the executable.
define EXECUTABLE
build/$1/%.o: build/%.c build/$1/libc/lib/libc.a
	$$(CC_$1) $$(CFLAGS_$1) -c -o $$@ $$<
build/$1/native/%.o: native/%.c $(HEADERS) $(call LIBRARIES,$1)
	@mkdir -p $$(@D)
	$$(call COMPILE,$1)
build/$1/native/syscalls.o: build/syscalls.inc
build/$1/ipv6ddns: $(patsubst %,build/$1/%.o,ipv6ddns settings $(PARTS)) $(call NATIVE,$1,main $(MODULES))
	$$(call LINK,$1) -s
endef
$(foreach flavour,$(FLAVOURS),$(eval $(call EXECUTABLE,$(flavour))))

build/ipv6ddns: build/$(OWN_ARCH)/ipv6ddns
	ln -f $< $@

# --- tests that run in the engine: vitest's own runner and matchers on QuickJS, see test/engine ---

TEST_TYPESCRIPT := $(shell find test -name '*.ts')
BUNDLE_TESTS = $(BUNDLE) --platform=neutral --main-fields=module,main --define:process.env.NODE_ENV='"production"' \
	--alias:vitest=./test/engine/vitest.ts --alias:node:fs=./test/engine/fs.ts

# The list changes when a test comes or goes, whatever its time.
build/%.tests.ts: FORCE
	@mkdir -p build
	@{ echo 'export const files = {'; for f in $(TESTS); do echo "  '/$$f': () => import('../$$f'),"; done; echo '};'; } > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
build/engine-tests.tests.ts: TESTS = $(shell find test/unit test/property test/scenario -name '*.test.ts')
# Those of texts, numbers and regular expressions, of which the bytecode is full, and those whose messages of rtnetlink are
# made in the order of the machine. The others read messages that little-endian kernels sent; all take too long in emulation.
build/order-tests.tests.ts: TESTS = $(shell find test/unit/cloudflare test/unit/dns test/unit/notify -name '*.test.ts') \
	test/unit/address/report-lifetimes.test.ts $(addprefix test/unit/shell/,addresses.test.ts route-feed.test.ts table-feed.test.ts)
build/native-tests.tests.ts: TESTS = $(wildcard test/native/*.test.ts)
build/%-tests.js: build/%-tests.tests.ts $(TYPESCRIPT) $(TEST_TYPESCRIPT) build/node_modules.stamp
	$(BUNDLE_TESTS) --alias:test-files=./$< test/engine/main.ts

# The core tests in the very engine that is shipped, with what their libraries need beyond it.
define ENGINE_TESTS
build/$1/%-tests: build/$1/%-tests.o $(call NATIVE,$1,main-for-tests loop-for-tests $(filter-out loop,$(MODULES)))
	$$(call LINK,$1) -s
build/$1/native/%-for-tests.o: native/%.c $(HEADERS) $(call LIBRARIES,$1)
	@mkdir -p $$(@D)
	$$(call COMPILE,$1) -DWITH_TEST_LIBRARIES
endef
$(foreach flavour,$(FLAVOURS),$(eval $(call ENGINE_TESTS,$(flavour))))

build/engine-tests: build/$(OWN_ARCH)/engine-tests
	ln -f $< $@

# The native modules and their libraries under the address and undefined-behaviour sanitizers.
build/native-tests: build/$(OWN_ARCH)/native-tests.o $(call NATIVE,asan,main $(MODULES))
	$(call LINK,asan) $(CFLAGS_asan)
build/asan/native/syscalls.o: build/syscalls.inc
build/asan/native/%.o: native/%.c $(HEADERS) $(call LIBRARIES,asan)
	@mkdir -p $(@D)
	$(call COMPILE,asan) -DWITH_TEST_LIBRARIES

# Damaged inputs for what the product is made of, under the same sanitizers.
build/fuzz-engine.js: $(TYPESCRIPT) $(TEST_TYPESCRIPT) build/node_modules.stamp
	$(BUNDLE) --platform=neutral test/fuzz/engine/main.ts
build/fuzz-engine: $(patsubst %,build/$(OWN_ARCH)/%.o,fuzz-engine settings) $(call NATIVE,asan,main $(MODULES))
	$(call LINK,asan) $(CFLAGS_asan)

# The heap as the product has it: the sanitizers bring an allocator of their own.
build/heap-tests: build/$(OWN_ARCH)/heap-tests.o build/$(OWN_ARCH)/native/heap.o
	$(CC_$(OWN_ARCH)) $(LDFLAGS_$(OWN_ARCH)) -o $@ $^
build/$(OWN_ARCH)/heap-tests.o: test/native/heap.c $(HEADERS) $(call LIBRARIES,$(OWN_ARCH))
	$(call COMPILE,$(OWN_ARCH)) -Inative

# What Cloudflare's official SDK says of the API, as JSON schemas: the tests compare every request and reply with them.
build/cloudflare-schemas.json: test/schemas/shapes.ts build/node_modules.stamp
	node_modules/.bin/ts-json-schema-generator --tsconfig tsconfig.test.json --path $< --type '*' --expose export \
	  --jsDoc none --no-type-check --out $@

# --- for people ---

# What a laboratory of the tests opens.
LAB := build/cloudflare-schemas.json build/simulator.mjs

demo: build/ipv6ddns build/demo.mjs $(LAB) | demo-packages ## shows it at work: private network, simulated Cloudflare, no account
	node build/demo.mjs

picture: build/ipv6ddns build/demo.mjs $(LAB) | demo-packages ## draws what the demo prints, docs/demo.svg
	node build/demo.mjs --picture docs/demo.svg

# Programs for Node.
build/demo.mjs: ENTRY := test/demo/demo.ts
build/bench.mjs: ENTRY := bench/main.ts
build/simulator.mjs: ENTRY := test/simulator/main.ts
build/explorer.mjs: ENTRY := test/explorer/main.ts
build/mutants.mjs: ENTRY := test/mutants/main.ts
build/fuzz.mjs: ENTRY := test/fuzz/main.ts
build/demo.mjs build/bench.mjs build/simulator.mjs build/explorer.mjs build/mutants.mjs build/fuzz.mjs: $(TYPESCRIPT) $(TEST_TYPESCRIPT) $(wildcard bench/*.ts) build/node_modules.stamp
	node_modules/.bin/esbuild $(ENTRY) --bundle --platform=node --format=esm \
	  --packages=external --log-level=warning --outfile=$@

bench: build/ipv6ddns build/bench.mjs $(LAB) | bench-packages ## measures it: make bench [ONLY='memory burst'] [COMPARE=FILE]
	node build/bench.mjs --json build/bench.json $(if $(COMPARE),--compare $(COMPARE)) $(ONLY)

bench-doc: build/bench.mjs ## writes what `make bench` found last into docs/benchmarks.md, its plot and the README
	node build/bench.mjs --from build/bench.json --docs

dev: build/cloudflare-schemas.json ## runs the core tests of what you changed, again on every save; Ctrl-C ends it
	node_modules/.bin/vitest watch --project core --changed

check: build/node_modules.stamp ## types, lint, format, import graph
	tools/run-tests.mjs types lint

test: build/ipv6ddns build/demo.mjs build/explorer.mjs build/fuzz.mjs build/fuzz-engine build/engine-tests build/native-tests build/heap-tests $(LAB) | test-packages ## everything that must pass
	tools/run-tests.mjs

# Made as a part of the tests, which say how long that took: the executables that are run under emulation, and the
# kernels that are booted.
emulated: $(patsubst %,build/%/ipv6ddns,aarch64 armv5 mipsel mips) build/mips/order-tests \
	$(patsubst %,build/machines/%/vmlinuz,aarch64 mipsel)

# The executables that make test leaves out: each is some minutes of building.
EMULATED ?= armv7 i686 riscv64
# For mips there is no kernel to boot.
BOOTED = $(filter-out mips,$(EMULATED))
PLAYED := build/ipv6ddns $(EMULATED:%=build/%/ipv6ddns) $(patsubst %,build/%/order-tests,$(filter mips,$(EMULATED))) \
	$(patsubst %,build/machines/%/vmlinuz,$(patsubst arm%,aarch64,$(BOOTED)))

machines: $(PLAYED) $(LAB) | machine-packages ## plays the executables that make test leaves out: make machines [EMULATED='armv7 i686 riscv64']
	EMULATED='$(EMULATED)' node_modules/.bin/vitest run --project machines emulated $(if $(BOOTED),booted)

machine-packages: test-packages
	@tools/need qemu-system-i386=qemu-system-x86 qemu-system-riscv64=qemu-system-misc

build/machines/%/vmlinuz: tools/foreign-kernel | packages
	tools/foreign-kernel $*

managers: build/ipv6ddns $(LAB) | test-packages ## plays every situation of a network with every network manager: half an hour
	MANAGERS=all tools/run-tests.mjs managers

# One after another: apt has a lock.
demo-packages: packages
	@tools/need ip=iproute2 openssl=openssl unshare=util-linux sysctl=procps

bench-packages: test-packages
	@tools/need inadyn=inadyn ddclient=ddclient /usr/share/perl5/IO/Socket/SSL.pm=libio-socket-ssl-perl || echo 'Measuring without inadyn and ddclient.' >&2

test-packages: demo-packages
	@tools/need radvd=radvd perl=perl-base strace=strace file=file mandoc=mandoc systemd-analyze=systemd bash=bash \
	  zsh=zsh fish=fish busybox=busybox-static skopeo=skopeo debootstrap=debootstrap systemd-nspawn=systemd-container \
	  script=bsdutils qemu-mips-static=qemu-user-static qemu-system-aarch64=qemu-system-arm \
	  qemu-system-mipsel=qemu-system-mips

explore: build/explorer.mjs ## lets kernel and API misbehave at random: make explore [SEC=3600] [SEED=N]
	node $< --sec $(or $(SEC),60) $(if $(SEED),--seed $(SEED) --trace)

fuzz: build/fuzz-engine build/fuzz.mjs | demo-packages ## feeds damaged inputs to the program: make fuzz [SEC=600] [SEED=N] [AGAIN=build/fuzz/FILE]
	unshare -nm$(if $(filter-out 0,$(shell id -u)),Ur) node build/fuzz.mjs --sec $(or $(SEC),600) $(if $(SEED),--seed $(SEED)) \
	  $(if $(AGAIN),--again $(AGAIN))

mutants: build/mutants.mjs ## which changes of the program no core test notices: make mutants [FOLDER='dns wire'] [SINCE=REF] [AGAIN=1]
	node $< $(FOLDER) $(if $(SINCE),--since $(SINCE)) $(if $(AGAIN),--again)

sbom: $(TAKEN) ## what the executable is made of, build/sbom.json (CycloneDX)
	@tools/bill-of-materials.mjs $(TAKEN) > build/sbom.json
	@echo build/sbom.json

outdated: packages ## compares the libraries' versions with the archive's; status 1 if it has newer ones
	@rm -f build/apt/updated
	@status=0; $(foreach name,$(THIRD_PARTY),tools/fetch-source --compare $(name) $(ACCEPTED_$(name)) || status=1;) exit $$status

reproducible: build/$(ARCH)/ipv6ddns ## builds everything a second time, elsewhere, and compares the bytes
	rm -rf build/again && mkdir build/again
	git ls-files -z | xargs -0 cp --parents -t build/again
	$(MAKE) -C build/again ARCH=$(ARCH) SOURCES=$(CURDIR)/build/sources
	cmp build/again/build/$(ARCH)/ipv6ddns build/$(ARCH)/ipv6ddns

clean: ## removes what was made from our own sources; the libraries stay
	rm -rf $(filter-out $(patsubst %,build/%,sources apt debian machines asan $(FLAVOURS) qjsc node_modules.stamp),$(wildcard build/*)) \
	  build/*/*.o build/*/native $(patsubst %,build/%/ipv6ddns,$(FLAVOURS)) $(wildcard build/*/*-tests)

distclean: ## removes everything that was made or brought here
	rm -rf build node_modules

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)
