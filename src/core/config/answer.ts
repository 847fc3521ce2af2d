import { helpText, parseCommandLine } from './command-line.ts';
import {
  type Confinement,
  closedFolders,
  confinementFor,
  neededPaths,
  type Paths,
  READ,
  type Rule,
  type Tree,
} from './confinement.ts';
import type { Disk } from './files.ts';
import { type Answer, plain, type Question } from './interview.ts';
import { loadForAddresses, loadSettings, loadStatusPlace } from './load.ts';
import { loadForSetup } from './load-setup.ts';
import { describeProblem, quote } from './problem.ts';
import { reportStatus, runningChoice, type System } from './status-report.ts';
import { CONFINE_VARIABLE } from './variables.ts';

/** The machine, as far as the settings and the commands that only look at files need it. */
export type Machine = System & Tree & Pick<Disk, 'changedMs' | 'hasCertificate'>;

/** Everything that the command line, the environment and the files have to say. */
export function answerTo(question: Question, machine: Machine): Answer {
  const { argv, environment } = question;
  const parsed = parseCommandLine(argv);
  if (!parsed.ok) return { kind: 'usage', lines: linesOf(parsed.error) };
  const commandLine = parsed.value;
  if (commandLine.help) return { kind: 'print', lines: linesOf(helpText()) };
  if (commandLine.version) return { kind: 'print', lines: linesOf(versionText(question, commandLine.verbose)) };
  const { command } = commandLine;
  const request = { ...commandLine, environment, isReload: question.inForce !== null };
  const files: string[] = [];
  const asked: Rule[] = [];
  const disk: Disk = {
    readFile: (path, reading) => {
      files.push(path);
      return machine.readFile(path, reading);
    },
    changedMs: machine.changedMs,
    hasCertificate: machine.hasCertificate,
    isFolder: (path) => {
      asked.push([path, READ]);
      return machine.list(path) !== null;
    },
  };
  if (command === 'addresses') {
    const place = loadStatusPlace(request, disk);
    return {
      kind: 'addresses',
      commandLine,
      ...loadForAddresses(request, disk),
      running: place.ok ? runningChoice(place.value, machine) : [],
      confinement: confinement(question, { files, folders: [] }, machine),
    };
  }
  if (command === 'setup') {
    const ground = loadForSetup(request, disk);
    if (!ground.ok) return { kind: 'setup', commandLine, ground: null, problems: ground.error.map(describeProblem) };
    return { kind: 'setup', commandLine, ground: plain(ground.value), problems: [] };
  }
  if (command === 'status') {
    const place = loadStatusPlace(request, disk);
    if (!place.ok) return { kind: 'refused', commandLine, problems: place.error.map(describeProblem) };
    return { kind: 'status', ...reportStatus(place.value, commandLine.json, machine) };
  }
  const loaded = loadSettings(request, disk);
  const paths = neededPaths(files, loaded.ok ? loaded.value.settings : null, machine);
  const wanted = { files, folders: [...paths.folders, ...asked] };
  const { inForce } = question;
  const closed = inForce === null ? [] : closedFolders(wanted, machine, inForce).map(describeClosed);
  if (!loaded.ok) return { kind: 'refused', commandLine, problems: [...loaded.error.map(describeProblem), ...closed] };
  const { settings, warnings } = loaded.value;
  return {
    kind: 'settings',
    commandLine: { ...commandLine, command },
    settings: plain(settings),
    confinement: confinement(question, paths, machine),
    warnings: [...warnings.map(describeProblem), ...closed],
  };
}

function confinement({ environment, inForce }: Question, paths: Paths, machine: Machine): Confinement | null {
  if (environment[CONFINE_VARIABLE] === '0' || inForce !== null) return null;
  return confinementFor(paths, machine, environment['NOTIFY_SOCKET'] ?? '');
}

const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

const describeClosed = (folder: string): string =>
  `the folder ${quote(folder)} is closed to this process, which confined itself when it started: ` +
  'restart it to use what is there';

const versionText = ({ version, libraries }: Question, verbose: boolean): string =>
  `ipv6ddns ${version}${verbose ? `\n${libraries}` : ''}`;
