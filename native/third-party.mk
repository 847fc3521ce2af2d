# The C libraries, fetched, checked and built once. Outputs, for each flavour F (architectures.mk):
#   build/F/libc/{gcc.specs,include,lib} · build/F/libquickjs.a build/F/quickjs/*.h · build/F/mbedtls/{include,lib}
#   build/F/cares/{include,lib} · build/F/curl/{include,lib/.libs} · build/qjsc
# build/sources/LIBRARY.version says which version was taken.

# By source package: the accepted versions, newest first, with the SHA-256 of the upstream tarball as Debian carries it.
# The first that can be had is taken (tools/fetch-source). Those with ":debian" are the stable suite's, which stay for
# years and get the patches that Debian adds to them; those of the other suites go as soon as there is a newer one. What
# is known of each: docs/security.md.
ACCEPTED_musl := 1.2.5=a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4:debian
ACCEPTED_quickjs := 2025.04.26=ec81da5b3249ed648dbc7df4a1654988910e66a118d9b71cb63534216efcfbbe:debian
ACCEPTED_mbedtls := 3.6.7=a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6 \
	3.6.6=8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a:debian
ACCEPTED_c-ares := 1.34.9=9364b70a12eb59a06830fb488d9357f90100dff0d98b23ea3593a183d43e6f2f:debian \
	1.34.8=c222b6d681096f9444d2c4863d2c1174019e27cacca0a4a5c114d36dd7d7bf78
ACCEPTED_curl := 8.22.0=d54dd598bf05927a726deb38df31c6a255ba83ff1de57c5d1464dac3ed8f44a1 \
	8.21.0=d9b327997999045a24cda50f3983e69e51c516bd8be6ef9842fc7f99135e33bb \
	8.14.1=6766ada7101d292b42b8b15681120acd68effa4a9660935853cf6d61f0d984d4:debian
# LLVM's runtime library for compilers lies among its files, see "runtime" below. Nothing else of it is used.
ACCEPTED_emscripten := 3.1.69+dfsg=394804c47d38ca3f1fa37b0b12beba60c2b03e6d7d3140a4e658b6dc6fee4481
THIRD_PARTY := musl quickjs mbedtls c-ares curl
TAKEN := $(THIRD_PARTY:%=build/sources/%.version)

# Folder with tarballs, and mirror of the Debian archive; both empty = ask apt.
SOURCES ?=
DEBIAN_MIRROR ?=

COMMON_CFLAGS := -pipe -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-ident \
	-ffile-prefix-map=$(CURDIR)=.
# Whatever a compiler does of its own accord: no address is known beforehand, what overruns a buffer on the stack or the
# stack itself is noticed, and a corrupted pointer leads to the beginning of a function at most. _FORTIFY_SOURCE is not
# among them: its checks are the C library's, and musl has none.
HARDENED_CFLAGS := -fPIE -fstack-protector-strong -fstack-clash-protection
HARDENED_LDFLAGS := -static-pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--build-id=none,--hash-style=gnu

include native/architectures.mk

build/sources/%.version: native/third-party.mk | packages
	@SOURCES='$(SOURCES)' DEBIAN_MIRROR='$(DEBIAN_MIRROR)' tools/fetch-source $* $(ACCEPTED_$*)
	@cut -d ' ' -f 1-2 $@

# Every library is unpacked anew when it is built: nothing of an earlier build is left in it.
define UNPACK
	rm -rf $1
	mkdir -p $1
	tools/unpack-source $< $1
endef

# The C library of the product. Its functions in assembler get the mark of what may be called through a pointer.
build/%/libc/lib/libc.a: build/sources/musl.version native/musl.specs native/third-party.mk native/architectures.mk | packages-%
	$(call UNPACK,build/$*/libc/source)
	$(if $(BRANCH_TARGET_$*),sed -i '/^[A-Za-z_]\w*:/a $(BRANCH_TARGET_$*)' build/$*/libc/source/src/*/$*/*.s)
	cd build/$*/libc/source && ./configure --prefix=$(CURDIR)/build/$*/libc --disable-shared --disable-wrapper \
	  CC='$(GCC_$*) $(MACHINE_$*)' AR=$(AR_$*) RANLIB='$(AR_$*) -s' CFLAGS='$(CFLAGS_$*) -w' >/dev/null
	$(MAKE) --silent -C build/$*/libc/source install
	sed 's,MUSL,$(CURDIR)/build/$*/libc,g; s,COMPILER_RUNTIME,$(if $(RUNTIME_$*),$(CURDIR)/$(RUNTIME_$*),libgcc.a%s),' native/musl.specs > build/$*/libc/gcc.specs

# The functions that compiled code calls for what the processor cannot do, from LLVM's compiler-rt (its copy among
# Emscripten's files is the smallest archive of it that Debian keeps), where the compiler's own are of no use.
RUNTIME_UNITS := $(foreach type,df sf,$(foreach name,add sub mul div,$(name)$(type)3) neg$(type)2 compare$(type)2 \
	$(foreach integer,si di,fix$(type)$(integer) fixuns$(type)$(integer) float$(integer)$(type) floatun$(integer)$(type))) \
	extendsfdf2 truncdfsf2 powidf2 fp_mode ashldi3 ashrdi3 lshrdi3 muldi3 divdi3 moddi3 udivdi3 umoddi3 udivmoddi4 \
	bswapsi2 bswapdi2 clzsi2 clzdi2 ctzsi2 ctzdi2 popcountsi2 popcountdi2 cmpdi2 ucmpdi2
build/%/runtime/libgcc.a: build/sources/emscripten.version build/%/libc/lib/libc.a
	rm -rf $(@D) && mkdir -p $(@D)
	read -r name version tarball sha256 < $< && tar -xf build/sources/$$tarball -C $(@D) --strip-components=6 \
	  --wildcards '*/system/lib/compiler-rt/lib/builtins/*.[ch]' '*/system/lib/compiler-rt/lib/builtins/*.inc'
	cd $(@D) && for unit in $(RUNTIME_UNITS); do $(CC_$*) $(CFLAGS_$*) -O2 -c $$unit.c || exit; done
	$(AR_$*) rcsD $@ $(RUNTIME_UNITS:%=$(@D)/%.o)

# The unit quickjs-libc is for the compiler alone: the product takes its source in (loop.c).
QUICKJS_VERSION := $(firstword $(subst =, ,$(ACCEPTED_quickjs)))
QUICKJS_DEFINES := -D_GNU_SOURCE -DCONFIG_VERSION='"$(QUICKJS_VERSION)"'
QUICKJS_PATCHES := $(sort $(wildcard native/quickjs/*.patch))
QUICKJS_UNITS := quickjs libregexp libunicode cutils dtoa quickjs-libc
build/%/libquickjs.a: build/sources/quickjs.version $(QUICKJS_PATCHES) native/third-party.mk
	$(call UNPACK,build/$*/quickjs)
	cat $(QUICKJS_PATCHES) | patch --silent --directory=build/$*/quickjs --strip=1
	cd build/$*/quickjs && for unit in $(QUICKJS_UNITS); do \
	  $(CC_$*) $(CFLAGS_$*) $(FAST_$*) $(QUICKJS_DEFINES) -fwrapv -c $$unit.c || exit; done
	rm -f $@ && $(AR_$*) rcsD $@ $(QUICKJS_UNITS:%=build/$*/quickjs/%.o)

# The compiler to bytecode runs on this machine; it links the objects of the product.
build/qjsc: build/$(OWN_ARCH)/libquickjs.a
	$(CC_$(OWN_ARCH)) $(CFLAGS_$(OWN_ARCH)) $(LDFLAGS_$(OWN_ARCH)) $(QUICKJS_DEFINES) -DCONFIG_CC='""' -DCONFIG_PREFIX='""' \
	  -o $@ build/$(OWN_ARCH)/quickjs/qjsc.c $< -lm

# Big numbers and curves are where a handshake spends its time.
MBEDTLS_FAST := bignum.o bignum_core.o bignum_mod.o bignum_mod_raw.o ecp.o ecp_curves.o sha256.o sha512.o
build/%/mbedtls/lib/libmbedtls.a: build/sources/mbedtls.version native/mbedtls.patch native/mbedtls_config.h native/third-party.mk
	$(call UNPACK,build/$*/mbedtls)
	patch --silent --directory=build/$*/mbedtls --strip=1 < native/mbedtls.patch
	cp native/mbedtls_config.h build/$*/mbedtls/include/mbedtls/
	$(MAKE) --silent -C build/$*/mbedtls/library CC='$(CC_$*)' CFLAGS='$(CFLAGS_$*) $(FAST_$*)' $(MBEDTLS_FAST)
	$(MAKE) --silent -C build/$*/mbedtls/library CC='$(CC_$*)' CFLAGS='$(CFLAGS_$*)' AR=$(AR_$*) ARFLAGS=-crD \
	  libmbedcrypto.a libmbedx509.a libmbedtls.a
	mkdir -p $(@D) && cp build/$*/mbedtls/library/*.a $(@D)

# What a configure script has found of the C library and the compiler holds for every architecture, and is most of its
# work: it is kept for the next one, in build/facts.LIBRARY. Sizes, the order of bytes and tools are found anew.
FACTS := ^(ac_cv_(func|header|have_decl|member|type|search)|ax_cv_check_cflags|curl_cv_func)_
USE_FACTS = $(if $(filter-out asan,$*),cp $(CURDIR)/build/facts.$1 config.cache 2>/dev/null; )./configure --cache-file=config.cache
KEEP_FACTS = $(if $(filter-out asan,$*),grep -E '$(FACTS)' build/$*/$1/config.cache > build/$*/facts && mv build/$*/facts build/facts.$1)

# The resolver. It is asked from one thread alone.
CARES_OPTIONS := --disable-shared --disable-dependency-tracking --disable-tests --disable-cares-threads --disable-symbol-hiding
build/%/cares/lib/libcares.a: build/sources/c-ares.version native/third-party.mk
	$(call UNPACK,build/$*/cares)
	cd build/$*/cares && $(call USE_FACTS,cares) --quiet --host=$(shell $(CC_$*) -dumpmachine) $(CARES_OPTIONS) \
	  CC='$(CC_$*)' AR=$(AR_$*) RANLIB='$(AR_$*) -s' CFLAGS='$(CFLAGS_$*)' LDFLAGS='$(LDFLAGS_$*)'
	$(call KEEP_FACTS,cares)
	$(MAKE) --silent -C build/$*/cares/src/lib libcares.la
	mkdir -p $(@D) && cp build/$*/cares/src/lib/.libs/libcares.a $@

CURL_OPTIONS := --disable-shared --disable-dependency-tracking --enable-unity --disable-debug --disable-symbol-hiding \
	--without-ca-bundle --without-ca-path --enable-ipv6 --disable-threaded-resolver --enable-proxy --enable-basic-auth \
	$(addprefix --without-,zlib brotli zstd libpsl libidn2 nghttp2 libssh2 librtmp libgsasl) \
	$(addprefix --disable-,ftp file ipfs ldap ldaps rtsp dict telnet tftp pop3 imap smb smtp gopher mqtt) \
	$(addprefix --disable-,manual docs libcurl-option versioned-symbols ca-search unix-sockets cookies doh mime \
	  form-api netrc progress-meter alt-svc hsts headers-api get-easy-options dnsshuffle dateparse \
	  digest-auth bearer-auth kerberos-auth negotiate-auth aws httpsig ntlm tls-srp sha512-256 websockets httpsrr ech verbose)
# musl's <sched.h> declares calloc and free, which are macros by the time that libcurl's one unit comes to include it.
build/%/curl/lib/.libs/libcurl.a: build/sources/curl.version build/%/mbedtls/lib/libmbedtls.a \
  build/%/cares/lib/libcares.a
	$(call UNPACK,build/$*/curl)
	cd build/$*/curl && $(call USE_FACTS,curl) --quiet --host=$(shell $(CC_$*) -dumpmachine) \
	  --with-mbedtls=$(CURDIR)/build/$*/mbedtls --enable-ares=$(CURDIR)/build/$*/cares $(CURL_OPTIONS) \
	  CC='$(CC_$*)' AR=$(AR_$*) RANLIB='$(AR_$*) -s' \
	  CFLAGS='$(CFLAGS_$*) -include sched.h' LDFLAGS='$(LDFLAGS_$*)'
	$(call KEEP_FACTS,curl)
	$(MAKE) --silent -C build/$*/curl/lib libcurl.la

# Whatever is compiled or linked comes after the C library and the compiler's runtime.
define FOUNDATION
$(addprefix build/$1/,libquickjs.a mbedtls/lib/libmbedtls.a cares/lib/libcares.a): $(or $(RUNTIME_$1),build/$1/libc/lib/libc.a)
endef
$(foreach flavour,$(FLAVOURS),$(eval $(call FOUNDATION,$(flavour))))
