# Installing, and the packages. Every text file is written for the default PREFIX; its own paths are rewritten on the
# way. Settings are always below /etc, where the executable looks for them.

PREFIX ?= /usr/local
DESTDIR ?=
# systemd, openrc or procd (OpenWrt).
INIT ?= systemd
# What is installed; another architecture's is given as the path of a finished file.
INSTALL_PROGRAM ?= build/$(ARCH)/ipv6ddns
UNITDIR ?= $(PREFIX)/lib/systemd/system
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
DOCDIR := $(PREFIX)/share/doc/ipv6ddns

# MODE:SOURCE:TARGET
PROGRAM_FILES := 755:$(INSTALL_PROGRAM):$(PREFIX)/bin/ipv6ddns
UNIT_FILE := 644:packaging/ipv6ddns.service:$(UNITDIR)/ipv6ddns.service
TEXT_FILES := \
	644:man/ipv6ddns.8:$(PREFIX)/share/man/man8/ipv6ddns.8 \
	644:man/ipv6ddns.toml.5:$(PREFIX)/share/man/man5/ipv6ddns.toml.5 \
	644:packaging/completions/ipv6ddns.bash:$(PREFIX)/share/bash-completion/completions/ipv6ddns \
	644:packaging/completions/ipv6ddns.zsh:$(ZSHDIR)/_ipv6ddns \
	644:packaging/completions/ipv6ddns.fish:$(PREFIX)/share/fish/vendor_completions.d/ipv6ddns.fish \
	644:packaging/copyright:$(DOCDIR)/copyright \
	644:CHANGELOG.md:$(DOCDIR)/CHANGELOG.md \
	644:packaging/config.toml:$(DOCDIR)/examples/config.toml \
	$(if $(filter systemd,$(INIT)),$(UNIT_FILE))
# What the administrator may have changed: put there once, never replaced, never removed.
SETTINGS_FILES := \
	644:packaging/config.toml:/etc/ipv6ddns/config.toml \
	$(if $(filter openrc procd,$(INIT)),755:packaging/ipv6ddns.$(INIT):/etc/init.d/ipv6ddns)

.PHONY: paths install uninstall deb container container-packages

# A text as one word of the shell.
quoted = '$(subst ','\'',$1)'

# Nothing is copied to or removed from a place that was not meant: make would read a dollar sign in a name as its own,
# and not every file that the others are written into has a way to quote them.
paths:
	$(foreach name,DESTDIR PREFIX UNITDIR ZSHDIR,$(if $(filter-out file,$(origin $(name))),$(if \
	  $(findstring $$,$(value $(name))),$(error $(name) has a dollar sign in it: name another folder))))
	@for pair in $(foreach name,PREFIX UNITDIR ZSHDIR,$(call quoted,$(name)=$($(name)))); do \
	  name=$${pair%%=*} path=$${pair#*=}; \
	  case $$path in ''|/*) ;; *) printf '%s\n' "$$name has to be a path from the root, not \"$$path\"" >&2; exit 1 ;; esac; \
	  case $$path in *[!A-Za-z0-9_./+@-]*) \
	    printf '%s\n' "$$name \"$$path\" has a character that is not a letter, a digit or one of _./+@-: name another folder" >&2; \
	    exit 1 ;; esac; done

# Shell: calls $1 with mode, source and target of each file of $2.
for_each = destdir=$(call quoted,$(DESTDIR)); for entry in $2; do (IFS=:; set -- $$entry; IFS=; $1); done
copy = install -D -m $$1 -- "$$2" "$$destdir$$3"
rewrite = sed -i 's,/usr/local/\(\(bin\|share/doc\)/ipv6ddns\),$(PREFIX)/\1,g' -- "$$destdir$$3"

install: paths $(INSTALL_PROGRAM) ## installs below PREFIX (/usr/local), under DESTDIR; keeps every file of /etc
	$(if $(filter systemd openrc procd,$(INIT)),,$(error INIT is systemd, openrc or procd))
	@set -e; $(call for_each,$(copy),$(PROGRAM_FILES)); $(call for_each,$(copy); $(rewrite),$(TEXT_FILES)); \
	  $(call for_each,if [ -e "$$destdir$$3" ] || [ -L "$$destdir$$3" ]; then printf '%s\n' "$$destdir$$3 is there: kept"; else $(copy); $(rewrite); fi,$(SETTINGS_FILES))
	@$(if $(DESTDIR),,. packaging/in-the-way.sh; \
	  say_what_is_in_the_way $(PREFIX)/bin/ipv6ddns $(if $(filter systemd,$(INIT)),$(UNITDIR)/ipv6ddns.service))

uninstall: paths ## removes what install put there, except in /etc
	@$(call for_each,rm -fv -- "$$destdir$$3",$(PROGRAM_FILES) $(TEXT_FILES))
	@destdir=$(call quoted,$(DESTDIR)); \
	  rmdir --ignore-fail-on-non-empty -- "$$destdir$(DOCDIR)/examples" "$$destdir$(DOCDIR)" 2>/dev/null || true
	@$(call for_each,[ ! -e "$$destdir$$3" ] || printf '%s\n' "$$destdir$$3 stays",$(SETTINGS_FILES))

# Times in the package: those of the last commit; of an unpacked archive those of the changelog.
SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),$(shell stat -c %Y CHANGELOG.md))
# The same files give the same bytes, whoever packs them and when.
PACK = LC_ALL=C tar --sort=name --owner=root:0 --group=root:0 --mode=u=rwX,go=rX --mtime=@$(SOURCE_DATE_EPOCH) \
	--format=gnu
# Who builds the package: MAINTAINER='Name <mail>'.
MAINTAINER ?= ipv6ddns packagers <packagers@ipv6ddns.invalid>

# Shell: makes the package $2 for Debian's architecture $1, with the folder $3 to work in.
make_deb = rm -rf $3 && env -u MAKEFLAGS $(MAKE) --silent --no-print-directory install DESTDIR=$3 PREFIX=/usr \
	ZSHDIR=/usr/share/zsh/vendor-completions INSTALL_PROGRAM=$(INSTALL_PROGRAM) && \
	SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) MAINTAINER=$(call quoted,$(MAINTAINER)) packaging/debian/build $3 $(VERSION) $1 $2
DEB_ARCHITECTURE := $(or $(call debian_name,$(ARCH)),$(shell dpkg --print-architecture 2>/dev/null))
DEB = build/ipv6ddns_$(VERSION)_$(DEB_ARCHITECTURE).deb

deb: all ## a Debian package, build/ipv6ddns_VERSION_ARCHITECTURE.deb; for another machine with ARCH=NAME
	@$(call make_deb,$(DEB_ARCHITECTURE),$(DEB),build/deb)
	@echo $(DEB)

# Shell: lays out the root of a container in the folder $2, with the executable $1.
container_root = install -D -m 755 $1 $2/usr/bin/ipv6ddns && \
	install -D -m 644 -t $2/etc/ssl/certs /etc/ssl/certs/ca-certificates.crt && \
	install -D -m 644 -t $2/usr/share/doc/ipv6ddns packaging/copyright

container: all | container-packages ## what "podman build" needs, or "docker build -f build/container/Containerfile"
	@rm -rf build/container
	@$(call container_root,build/ipv6ddns,build/container/root)
	@install -D -m 644 -t build/container packaging/Containerfile
	@install -d build/container/run/ipv6ddns
	@echo build/container

container-packages: packages
	@tools/need /etc/ssl/certs/ca-certificates.crt=ca-certificates

# --- the source archive ---

ARCHIVE = ipv6ddns-$(VERSION)

.PHONY: source

# Every file of the repository, the generated C and the libraries: the same content gives the same bytes.
source: $(PROGRAMS) $(TAKEN) ## a source archive, build/ipv6ddns-VERSION.tar.xz, that builds without Node, npm, network
	$(if $(GENERATED),$(error "make source" makes an archive of a git checkout; this is an unpacked archive))
	@rm -rf build/archive && mkdir -p build/archive/$(ARCHIVE)/generated build/archive/$(ARCHIVE)/sources
	@git ls-files -z | xargs -0 cp --parents -t build/archive/$(ARCHIVE)
	@cp $(PROGRAMS) build/archive/$(ARCHIVE)/generated
	@cut -d ' ' -f 3,5 $(TAKEN) | tr ' ' '\n' | sed 's,^,build/sources/,' | xargs -d '\n' cp -t build/archive/$(ARCHIVE)/sources
	@$(PACK) -C build/archive -cf build/$(ARCHIVE).tar $(ARCHIVE)
	@xz --threads=1 --force build/$(ARCHIVE).tar
	@rm -r build/archive
	@echo build/$(ARCHIVE).tar.xz
