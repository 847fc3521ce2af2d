# Builds, tests and installs ipv6ddns; `make help` lists the targets. Everything that is made lies under build/.

VERSION := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
MAKEFLAGS += --jobs=$(shell nproc)
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all packages check clean distclean help

all: build/ipv6ddns ## the executable, build/ipv6ddns

include native/third-party.mk

packages:
	@tools/need gcc=gcc /usr/include/linux/netlink.h=linux-libc-dev musl-gcc=musl-tools xz=xz-utils bzip2=bzip2 \
	  node=nodejs npm=npm

# As the lock file says. Not `npm ci`: it refuses a lock file without the executables of every other platform, and a
# registry need not carry those. The scripts of packages do not run: esbuild's only checks its executable.
build/node_modules.stamp: package-lock.json | packages
	npm install --no-save --ignore-scripts --no-audit --no-fund --silent
	mkdir -p build && touch $@

# --- the program: TypeScript → one module → bytecode in a C array → executable ---

NATIVE_MODULES := std os netlink http system
TYPESCRIPT := $(shell find src -name '*.ts')

build/program.js: $(TYPESCRIPT) package.json build/node_modules.stamp
	node_modules/.bin/esbuild src/main.ts --bundle --format=esm --target=es2023 --tree-shaking=true --minify-syntax \
	  $(NATIVE_MODULES:%=--external:%) --define:VERSION='"$(VERSION)"' --log-level=warning --outfile=$@

build/program.c: build/program.js build/qjsc
	cd build && ./qjsc -c -m $(addprefix -M ,$(NATIVE_MODULES)) -N program -o $(@F) $(<F)

build/program.o: build/program.c
	$(CC_musl) $(CFLAGS_musl) -c -o $@ $<

# The kernel's headers lie among those of the C library that is not used: they come last.
KERNEL_HEADERS := -idirafter /usr/include -idirafter /usr/include/$(shell gcc -print-multiarch)
build/musl/%.o: native/%.c native/host.h build/musl/libquickjs.a build/musl/curl/lib/.libs/libcurl.a
	$(CC_musl) $(CFLAGS_musl) -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -isystem build/musl/quickjs \
	  -isystem build/musl/curl/include $(KERNEL_HEADERS) -c -o $@ $<

OBJECTS = $(patsubst native/%.c,build/$1/%.o,$(wildcard native/*.c))
LIBRARIES = build/$1/libquickjs.a build/$1/curl/lib/.libs/libcurl.a \
	$(addprefix build/$1/mbedtls/lib/,libmbedtls.a libmbedx509.a libmbedcrypto.a) -lm -lpthread
build/ipv6ddns: build/program.o $(call OBJECTS,musl)
	$(CC_musl) -static -s -Wl,--gc-sections -o $@ $^ $(call LIBRARIES,musl)

# --- quality ---

check: build/node_modules.stamp ## types, lint, format, import graph
	node_modules/.bin/tsc -p tsconfig.core.json
	node_modules/.bin/tsc -p tsconfig.json
	node_modules/.bin/tsc -p tsconfig.test.json
	node_modules/.bin/biome check

clean: ## removes what was made from our own sources; the libraries stay
	rm -rf $(filter-out $(patsubst %,build/%,sources apt musl asan qjsc node_modules.stamp),$(wildcard build/*)) build/*/*.o

distclean: ## removes everything that was made or brought here
	rm -rf build node_modules

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)
