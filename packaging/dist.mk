# `make dist`: what people install, below build/dist. All of it is made of the same executables, build/ARCH/ipv6ddns, and
# the same sources give the same bytes: times are those of SOURCE_DATE_EPOCH, order and owners are fixed.

DIST := build/dist
# Which column of packaging/architectures has the names of a kind of package.
COLUMN_deb := 2
COLUMN_oci := 3
COLUMN_npm := 4
COLUMN_openwrt := 5
LAST_openwrt := 99
# names_of KIND,ARCH
names_of = $(filter-out -,$(wordlist $(COLUMN_$1),$(or $(LAST_$1),$(COLUMN_$1)),$(subst :, ,$(filter $2:%,$(ARCHITECTURE_ROWS)))))
# Which architectures: make dist DIST_ARCHS='x86_64 aarch64'.
DIST_ARCHS ?= $(ARCHITECTURES)
INSTALLED_TEXTS := man/ipv6ddns.8 man/ipv6ddns.toml.5 $(wildcard packaging/completions/*) packaging/copyright CHANGELOG.md \
	packaging/config.toml packaging/ipv6ddns.service

# What `make dist` makes, besides the checksums.
DIST_FILES :=
# What is asked for is part of the input.
DIST_INPUTS := build/dist-inputs $(wildcard packaging/*.mk) packaging/architectures

.PHONY: dist dist-files verify-dist

# What another version or other settings have left there goes. The checksums come last: they are of all the others.
dist: dist-files ## what people install, with checksums, in build/dist; [DIST_ARCHS='x86_64 aarch64']
	@cd $(DIST) && rm -rf -- $(filter-out $(notdir $(DIST_FILES)),$(notdir $(wildcard $(DIST)/*)))
	@cd $(DIST) && LC_ALL=C sha256sum -- * >../SHA256SUMS && mv ../SHA256SUMS .
	@ls $(DIST)

build/dist-inputs: FORCE
	@mkdir -p $(DIST) && printf '%s\n' $(call quoted,$(VERSION) $(SOURCE_DATE_EPOCH) $(DIST_ARCHS) $(RELEASE_URL) $(MAINTAINER)) >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# The path of an architecture's executable is an absolute one, of which make knows no rule: it is there.
FINISHED = $(CURDIR)/build/$*/ipv6ddns

# --- an archive for each architecture, as install.sh takes it and people unpack it ---

LINUX = ipv6ddns-$(VERSION)-linux-$*
LINUX_FILES := $(DIST_ARCHS:%=$(DIST)/ipv6ddns-$(VERSION)-linux-%.tar.xz)

$(LINUX_FILES): $(DIST)/ipv6ddns-$(VERSION)-linux-%.tar.xz: build/%/ipv6ddns $(INSTALLED_TEXTS) $(DIST_INPUTS) \
  packaging/ipv6ddns.openrc packaging/ipv6ddns.procd README.md LICENSE
	@rm -rf build/$*/dist-tree
	@env -u MAKEFLAGS $(MAKE) --silent --no-print-directory install DESTDIR=build/$*/dist-tree INSTALL_PROGRAM=$(FINISHED)
	@mv build/$*/dist-tree/usr/local build/$*/dist-tree/$(LINUX)
	@cp README.md LICENSE build/$*/dist-tree/$(LINUX)
	@install -D -t build/$*/dist-tree/$(LINUX)/init.d packaging/ipv6ddns.openrc packaging/ipv6ddns.procd
	@$(PACK) -C build/$*/dist-tree -c $(LINUX) | xz --threads=1 >$@
	@rm -r build/$*/dist-tree

# --- Debian's packages ---

# deb_rule ARCH,DEBIAN'S NAME
define deb_rule
DIST_FILES += $(DIST)/ipv6ddns_$(VERSION)_$2.deb
$(DIST)/ipv6ddns_$(VERSION)_$2.deb: INSTALL_PROGRAM = $(CURDIR)/build/$1/ipv6ddns
$(DIST)/ipv6ddns_$(VERSION)_$2.deb: build/$1/ipv6ddns $(INSTALLED_TEXTS) $(DIST_INPUTS) $(wildcard packaging/debian/*) \
  packaging/in-the-way.sh
	@$$(call make_deb,$2,$$@,build/$1/dist-deb)
	@rm -r build/$1/dist-deb
endef
$(foreach arch,$(DIST_ARCHS),$(foreach name,$(call names_of,deb,$(arch)),$(eval $(call deb_rule,$(arch),$(name)))))

# --- OpenWrt's packages ---

# ipk_rule ARCH,OPENWRT'S NAME
define ipk_rule
DIST_FILES += $(DIST)/ipv6ddns_$(VERSION)-1_$2.ipk
$(DIST)/ipv6ddns_$(VERSION)-1_$2.ipk: build/$1/ipv6ddns $(DIST_INPUTS) $(wildcard packaging/openwrt/*) \
  packaging/ipv6ddns.procd packaging/copyright
	@PACK='$(PACK)' MAINTAINER=$$(call quoted,$$(MAINTAINER)) packaging/openwrt/build $$< $(VERSION) $2 $$@
endef
$(foreach arch,$(DIST_ARCHS),$(foreach name,$(call names_of,openwrt,$(arch)),$(eval $(call ipk_rule,$(arch),$(name)))))

# --- npm's packages ---

# pairs_of KIND,FILE: NAME=build/ARCH/FILE of each architecture.
pairs_of = $(foreach arch,$(DIST_ARCHS),$(addsuffix =build/$(arch)/$2,$(call names_of,$1,$(arch))))
NPM_FILES := $(patsubst %,$(DIST)/ipv6ddns-%$(VERSION).tgz,$(patsubst %,linux-%-,$(foreach arch,$(DIST_ARCHS),$(call \
	names_of,npm,$(arch)))))  $(DIST)/ipv6ddns-$(VERSION).tgz
DIST_FILES += $(NPM_FILES)

$(NPM_FILES) &: $(DIST_ARCHS:%=build/%/ipv6ddns) $(DIST_INPUTS) $(wildcard packaging/npm/*) README.md LICENSE packaging/copyright
	@rm -rf build/dist-npm
	@packaging/npm/build.mjs build/dist-npm $(call pairs_of,npm,ipv6ddns) >/dev/null
	@for file in $(NPM_FILES); do \
	  $(PACK) -C build/dist-npm/$$(basename $$file .tgz) -c package | gzip -9n >$$file || exit; done
	@rm -r build/dist-npm

# --- the container's image, for all architectures ---

LAYERS := $(DIST_ARCHS:%=build/%/dist-layer.tar.gz)
OCI := $(DIST)/ipv6ddns-$(VERSION)-oci.tar
DIST_FILES += $(OCI)

# The folder for the status file belongs to the user of the container.
$(LAYERS): build/%/dist-layer.tar.gz: build/%/ipv6ddns $(DIST_INPUTS) packaging/copyright | container-packages
	@rm -rf build/$*/dist-root && mkdir -p build/$*/dist-root/run/run/ipv6ddns
	@$(call container_root,$<,build/$*/dist-root/root)
	@$(PACK) -C build/$*/dist-root/root -cf build/$*/dist-root/layer.tar etc usr
	@$(PACK) --owner=nobody:65534 --group=nogroup:65534 -C build/$*/dist-root/run -rf build/$*/dist-root/layer.tar run
	@gzip -9n <build/$*/dist-root/layer.tar >$@
	@rm -r build/$*/dist-root

$(OCI): $(LAYERS) packaging/oci-layout.mjs
	@rm -rf build/dist-oci
	@packaging/oci-layout.mjs build/dist-oci $(VERSION) $(SOURCE_DATE_EPOCH) $(call pairs_of,oci,dist-layer.tar.gz)
	@$(PACK) -C build/dist-oci -cf $@ oci-layout index.json blobs
	@rm -r build/dist-oci

# --- the script that installs such an archive ---

INSTALL_PARTS := $(patsubst %,packaging/%.sh,install/usage in-the-way install/machine install/release install/files install/main)

$(DIST)/install.sh: $(INSTALL_PARTS) $(DIST_INPUTS)
	@for part in $(INSTALL_PARTS); do cat $$part && echo; done | sed '$$d' >$@ && chmod 755 $@

# --- sources, and what they are ---

$(DIST)/ipv6ddns-$(VERSION).tar.xz: source | build/dist-inputs
	@cp build/$(ARCHIVE).tar.xz $@

$(DIST)/ipv6ddns-$(VERSION).cdx.json: sbom | build/dist-inputs
	@cp build/sbom.json $@

# --- recipes of distributions that build it themselves ---

RECIPES := $(DIST)/ipv6ddns-$(VERSION)-recipes.tar.xz
# Where the release can be had: its address goes into the recipes. Without it they look for the source archive beside them.
RELEASE_URL ?=

$(RECIPES): $(DIST)/ipv6ddns-$(VERSION).tar.xz $(wildcard packaging/recipes/*) $(DIST_INPUTS)
	@rm -rf build/dist-recipes
	@RELEASE_URL=$(call quoted,$(RELEASE_URL)) MAINTAINER=$(call quoted,$(MAINTAINER)) packaging/recipes/fill \
	  $< $(VERSION) build/dist-recipes
	@$(PACK) -C build/dist-recipes -c alpine arch nix openwrt | xz --threads=1 >$@
	@rm -r build/dist-recipes

DIST_FILES += $(RECIPES) $(LINUX_FILES) $(DIST)/install.sh $(DIST)/ipv6ddns-$(VERSION).tar.xz $(DIST)/ipv6ddns-$(VERSION).cdx.json

dist-files: $(DIST_FILES)

# The checksums to compare with.
SUMS ?= $(DIST)/SHA256SUMS

verify-dist: ## makes a release of the last commit a second time and compares: make verify-dist [SUMS=FILE]
	@[ -e '$(SUMS)' ] || { echo 'There is no $(SUMS): run "make dist", or name the checksums of a release, SUMS=FILE.' >&2; exit 1; }
	@rm -rf build/again && git clone --quiet . build/again
	@env -u MAKEFLAGS $(MAKE) --silent -C build/again dist SOURCES=$(CURDIR)/build/sources DIST_ARCHS='$(DIST_ARCHS)' \
	  RELEASE_URL=$(call quoted,$(RELEASE_URL)) MAINTAINER=$(call quoted,$(MAINTAINER)) >/dev/null
	@diff '$(SUMS)' build/again/build/dist/SHA256SUMS || { echo 'These differ: < of the release, > made here.' >&2; exit 1; }
	@echo "The same bytes, all $$(wc -l <'$(SUMS)') files."
