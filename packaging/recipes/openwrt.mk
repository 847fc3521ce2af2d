# net/ipv6ddns/Makefile of a feed: builds the package from the source archive with OpenWrt's compiler.

include $(TOPDIR)/rules.mk

PKG_NAME:=ipv6ddns
PKG_VERSION:=@VERSION@
PKG_RELEASE:=1
PKG_SOURCE:=ipv6ddns-$(PKG_VERSION).tar.xz
PKG_SOURCE_URL:=@URL@
PKG_HASH:=@SHA256@
PKG_MAINTAINER:=@MAINTAINER@
PKG_LICENSE:=MIT
PKG_LICENSE_FILES:=LICENSE packaging/copyright
PKG_BUILD_PARALLEL:=1

include $(INCLUDE_DIR)/package.mk

# Our name for the architecture. What its processor can do is in the compiler's flags.
MACHINE:=$(if $(filter arm,$(ARCH)),$(if $(CONFIG_SOFT_FLOAT),armv5,armv7),$(if $(filter i386,$(ARCH)),i686,$(ARCH)))

define Package/ipv6ddns
  SECTION:=net
  CATEGORY:=Network
  SUBMENU:=IP Addresses and Names
  TITLE:=Keeps Cloudflare AAAA records equal to the public IPv6 address
  URL:=@URL@
  DEPENDS:=+ca-bundle
  USERID:=ipv6ddns:ipv6ddns
endef

define Package/ipv6ddns/description
  Follows the IPv6 addresses of this router as the kernel announces them, chooses the one to publish, and brings
  AAAA records at Cloudflare in line at once.
endef

define Package/ipv6ddns/conffiles
/etc/config/ipv6ddns
endef

define Build/Configure
endef

# It brings a C library, and flags for it, of its own.
define Build/Compile
	$(MAKE) -C $(PKG_BUILD_DIR) ARCH=$(MACHINE) MACHINE_$(MACHINE)='$(TARGET_OPTIMIZATION)' RUNTIME_$(MACHINE)= \
	  GCC_$(MACHINE)='$(TARGET_CC)' AR_$(MACHINE)='$(TARGET_AR)' \
	  KERNEL_HEADERS_$(MACHINE)='-idirafter $(TOOLCHAIN_DIR)/include'
endef

define Package/ipv6ddns/install
	$(INSTALL_DIR) $(1)/usr/bin $(1)/etc/init.d $(1)/etc/config $(1)/etc/ipv6ddns $(1)/lib/upgrade/keep.d
	$(INSTALL_BIN) $(PKG_BUILD_DIR)/build/$(MACHINE)/ipv6ddns $(1)/usr/bin/
	$(SED) 's,/usr/local/bin/,/usr/bin/,' $(PKG_BUILD_DIR)/packaging/ipv6ddns.procd
	$(INSTALL_BIN) $(PKG_BUILD_DIR)/packaging/ipv6ddns.procd $(1)/etc/init.d/ipv6ddns
	$(INSTALL_CONF) $(PKG_BUILD_DIR)/packaging/openwrt/config $(1)/etc/config/ipv6ddns
	$(INSTALL_DATA) $(PKG_BUILD_DIR)/packaging/openwrt/keep $(1)/lib/upgrade/keep.d/ipv6ddns
endef

$(eval $(call BuildPackage,ipv6ddns))
