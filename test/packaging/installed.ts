/** What is installed below the prefix on a machine with systemd, in order. */
export const INSTALLED: readonly string[] = [
  'bin/ipv6ddns',
  'lib/systemd/system/ipv6ddns.service',
  'share/bash-completion/completions/ipv6ddns',
  'share/doc/ipv6ddns/CHANGELOG.md',
  'share/doc/ipv6ddns/copyright',
  'share/doc/ipv6ddns/examples/config.toml',
  'share/fish/vendor_completions.d/ipv6ddns.fish',
  'share/man/man5/ipv6ddns.toml.5',
  'share/man/man8/ipv6ddns.8',
  'share/zsh/site-functions/_ipv6ddns',
];
