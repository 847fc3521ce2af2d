# nix-build, beside the source archive.
{ pkgs ? import <nixpkgs> { } }:

pkgs.stdenv.mkDerivation {
  pname = "ipv6ddns";
  version = "@VERSION@";
  src = @SRC@;

  nativeBuildInputs = [ pkgs.bzip2 pkgs.xz ];
  # It brings a C library, and flags for it, of its own.
  hardeningDisable = [ "all" ];
  postPatch = ''
    patchShebangs tools packaging
    # What is needed is here, at other places.
    substituteInPlace Makefile --replace-fail '/usr/include/stdlib.h=libc6-dev' ""
  '';
  # The settings stay below /etc.
  installPhase = ''
    make install DESTDIR="$PWD/root" PREFIX="$out"
    mv "$PWD/root$out" "$out"
  '';

  meta = {
    description = "Keeps Cloudflare AAAA records equal to this machine's public IPv6 address";
    homepage = "@URL@";
    license = pkgs.lib.licenses.mit;
    platforms = pkgs.lib.platforms.linux;
    mainProgram = "ipv6ddns";
  };
}
