# The architectures that are built for: `make ARCH=NAME`. Each is a flavour of everything below build/NAME; so is asan,
# the tests' own on this machine. All of them are rules of one make: several can be built at once.

# A word for each line of packaging/architectures: NAME:DEBIAN'S:THE CONTAINER'S:NPM'S:OPENWRT'S…
ARCHITECTURE_ROWS := $(shell sed -n '/^[a-z]/s/  */:/gp' packaging/architectures)
ARCHITECTURES := $(foreach row,$(ARCHITECTURE_ROWS),$(firstword $(subst :, ,$(row))))
# debian_name ARCH: none for a machine that is not listed. MIPS has kept its own among the cross compilers.
debian_name = $(patsubst -,$1,$(word 2,$(subst :, ,$(filter $1:%,$(ARCHITECTURE_ROWS)))))

# By architecture: how Debian's compiler for it is called.
TRIPLET_x86_64 := x86_64-linux-gnu
TRIPLET_aarch64 := aarch64-linux-gnu
TRIPLET_armv7 := arm-linux-gnueabihf
TRIPLET_armv5 := arm-linux-gnueabi
TRIPLET_i686 := i686-linux-gnu
TRIPLET_riscv64 := riscv64-linux-gnu
TRIPLET_mipsel := mipsel-linux-gnu
TRIPLET_mips := mips-linux-gnu

# This machine's, which needs no cross compiler. One that is not listed builds with its compiler's own choices.
OWN_TRIPLET := $(shell gcc -dumpmachine)
OWN_CPU := $(firstword $(subst -, ,$(OWN_TRIPLET)))
OWN_ARCH := $(or $(if $(filter arm%,$(OWN_CPU)),$(if $(filter %hf,$(OWN_TRIPLET)),armv7,armv5)),$(if \
	$(filter i386 i486 i586 i686,$(OWN_CPU)),i686),$(OWN_CPU))
ARCH ?= $(OWN_ARCH)
FLAVOURS := $(sort $(ARCHITECTURES) $(OWN_ARCH))
$(if $(filter $(ARCH),$(FLAVOURS)),,$(error ARCH=$(ARCH) is none of $(FLAVOURS)))

# The oldest processor of each that it runs on. Those of MIPS are OpenWrt's 24kc, without floating point.
MACHINE_x86_64 := -march=x86-64 -mtune=generic
MACHINE_aarch64 := -march=armv8-a -mno-outline-atomics
MACHINE_armv7 := -march=armv7-a+fp -mfloat-abi=hard -mthumb
MACHINE_armv5 := -march=armv5te -mfloat-abi=soft -marm
MACHINE_i686 := -march=i686 -mtune=generic
MACHINE_riscv64 := -march=rv64gc -mabi=lp64d
MACHINE_mipsel := -march=24kc -msoft-float
MACHINE_mips := $(MACHINE_mipsel)

# What guards the control flow, where the architecture has it.
BRANCH_x86_64 := -fcf-protection=full
BRANCH_aarch64 := -mbranch-protection=standard
BRANCH_i686 := -fcf-protection=none

# The two marks of x86-64 are set by hand because the linker would leave them out for musl's assembler code, which
# BRANCH_TARGET makes fit for them. Kernels for ARM may have pages of 64 KiB. Short relocations where the linker has them.
LINK_x86_64 := -Wl,-z,ibt,-z,shstk,-z,pack-relative-relocs
LINK_i686 := -Wl,-z,pack-relative-relocs
LINK_aarch64 := -Wl,-z,max-page-size=65536
LINK_armv7 := $(LINK_aarch64)
LINK_armv5 := $(LINK_aarch64)
# The mark of what may be called through a pointer, for the C library's functions in assembler.
BRANCH_TARGET_x86_64 := endbr64

# The compiler's part of the executable: its own, but for MIPS, for which Debian's is of machines with floating point. With a
# compiler that has one without: make RUNTIME_mips=
RUNTIME_mipsel := build/mipsel/runtime/libgcc.a
RUNTIME_mips := build/mips/runtime/libgcc.a

define TOOLS
GCC_$1 ?= $(if $(filter $1,$(OWN_ARCH)),,$(TRIPLET_$1)-)gcc
AR_$1 ?= $(if $(filter $1,$(OWN_ARCH)),,$(TRIPLET_$1)-)ar
CC_$1 = $$(GCC_$1) -specs=$(CURDIR)/build/$1/libc/gcc.specs $(MACHINE_$1)
CFLAGS_$1 = -Os $$(COMMON_CFLAGS) $$(HARDENED_CFLAGS) $(BRANCH_$1)
LDFLAGS_$1 = $$(HARDENED_LDFLAGS) $(LINK_$1)
FAST_$1 := -O2
# The kernel's headers lie among those of the C library that is not used: they come last.
KERNEL_HEADERS_$1 ?= $(if $(filter $1,$(OWN_ARCH)),-idirafter /usr/include \
	-idirafter /usr/include/$(shell gcc -print-multiarch),-idirafter /usr/$(TRIPLET_$1)/include)
.PHONY: packages-$1
packages-$1: packages
	$(if $(filter $1,$(OWN_ARCH)),,@tools/need $$(GCC_$1)=gcc-$(subst _,-,$(TRIPLET_$1)) \
	  $$(if $$(filter file,$$(origin KERNEL_HEADERS_$1)),/usr/$(TRIPLET_$1)/include/linux/errno.h=linux-libc-dev-$(call debian_name,$1)-cross))
endef
$(foreach flavour,$(FLAVOURS),$(eval $(call TOOLS,$(flavour))))
CC_asan := gcc
AR_asan := ar
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -pipe
FAST_asan :=
KERNEL_HEADERS_asan := $(KERNEL_HEADERS_$(OWN_ARCH))
