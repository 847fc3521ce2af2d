import { helpText, parseCommandLine } from './command-line.ts';
import type { Answer, Question } from './interview.ts';
import { loadInterfaces, loadSettings, loadStatusPlace } from './load.ts';
import { describeProblem } from './problem.ts';
import { reportStatus, type System } from './status-report.ts';

/** Everything that the command line, the environment and the files have to say. */
export function answerTo({ argv, environment, version }: Question, system: System): Answer {
  const { readFile } = system;
  const parsed = parseCommandLine(argv);
  if (!parsed.ok) return { kind: 'usage', text: parsed.error.trimEnd() };
  const commandLine = parsed.value;
  if (commandLine.help) return { kind: 'print', text: helpText().trimEnd() };
  if (commandLine.version) return { kind: 'print', text: `ipv6ddns ${version}` };
  const { command } = commandLine;
  const request = { ...commandLine, environment };
  if (command === 'addresses') return { kind: 'addresses', commandLine, interfaces: loadInterfaces(request, readFile) };
  if (command === 'status') {
    return { kind: 'status', ...reportStatus(loadStatusPlace(request, readFile), commandLine.json, system) };
  }
  const loaded = loadSettings(request, readFile);
  if (!loaded.ok) return { kind: 'refused', commandLine, problems: loaded.error.map(describeProblem) };
  const { settings, warnings } = loaded.value;
  return {
    kind: 'settings',
    commandLine: { ...commandLine, command },
    settings: {
      ...settings,
      apiToken: settings.apiToken.reveal(),
      httpsProxy: settings.httpsProxy?.reveal() ?? null,
    },
    warnings: warnings.map(describeProblem),
  };
}
