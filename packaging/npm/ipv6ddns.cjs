#!/usr/bin/env node
// Runs the executable of this machine's platform package, in its place: same input and output, same status; signals reach
// it.
const { spawn } = require('node:child_process');
const { constants } = require('node:os');

const platform = `${process.platform}-${process.arch}`;
const name = `@ipv6ddns/${platform}`;

/** @returns the executable's path; null = there is none for this machine, or it was not installed */
function executable() {
  try {
    return require.resolve(`${name}/bin/ipv6ddns`);
  } catch {
    return null;
  }
}

function refuse() {
  const { optionalDependencies } = require('../package.json');
  const remedy =
    name in optionalDependencies
      ? `The package ${name} is missing, which holds the executable: npm was told to leave optional dependencies out, or\n` +
        'the folder was installed on another machine. Install ipv6ddns again, here, with --include=optional.'
      : `ipv6ddns has no executable for ${platform}. It runs on: ${Object.keys(optionalDependencies)
          .map((each) => each.replace('@ipv6ddns/', ''))
          .join(', ')}.`;
  process.stderr.write(`ipv6ddns: ${remedy}\n`);
  process.exitCode = 69;
}

function run(path) {
  const child = spawn(path, process.argv.slice(2), { stdio: 'inherit' });
  child.on('error', ({ message }) => {
    process.stderr.write(`ipv6ddns: ${path} cannot be run: ${message}\n`);
    process.exitCode = 71;
  });
  // From the terminal they reach the whole group; from a service manager this process alone.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

const path = executable();
if (path === null) refuse();
else run(path);
