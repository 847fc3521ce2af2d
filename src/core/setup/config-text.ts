import { statements } from '../config/toml.ts';

/** The text of the config file with these keys of its top level set, and the rest as it is: where the key stands it gets
 *  the value; else the first line that shows it commented out, as in the sample, becomes it; else it comes first, because
 *  a key below a table would be the table's.
 *  @param text valid TOML
 *  @param settings texts that need no escapes */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings).reduce(
    (edited, [key, value]) => withSetting(edited, key, `${key} = "${value}"\n`),
    text,
  );
}

const KEY = /^\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*=/;
const COMMENTED_KEY = /^\s*#\s*([\w-]+)\s*=/;

function withSetting(text: string, key: string, line: string): string {
  const all = [...statements(text)].map(({ statement }) => statement);
  const table = all.findIndex((statement) => /^\s*\[/.test(statement));
  const top = table < 0 ? all : all.slice(0, table);
  const stands = top.findIndex((statement) => KEY.exec(statement)?.slice(1).includes(key));
  const at = stands < 0 ? top.findIndex((statement) => COMMENTED_KEY.exec(statement)?.[1] === key) : stands;
  return at < 0 ? line + text : all.with(at, line).join('');
}
