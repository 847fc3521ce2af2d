import { describe, expect, test } from 'vitest';
import { parseEnvironmentFile } from '../../../src/core/config/environment-file.ts';
import { describeProblem } from '../../../src/core/config/problem.ts';

const FILE = '/etc/default/ipv6ddns';

function assignments(text: string): [string, string, number][] {
  const result = parseEnvironmentFile(text, FILE);
  if (!result.ok) throw new Error(result.error.map(describeProblem).join('\n'));
  return result.value.map(({ name, value, line }) => [name, value, line]);
}

function problems(text: string): string[] {
  const result = parseEnvironmentFile(text, FILE);
  return result.ok ? [] : result.error.map(describeProblem);
}

describe('parseEnvironmentFile: assignments', () => {
  test.each<[string, string, string]>([
    ['a plain value', 'A=value', 'value'],
    ['export', 'export A=value', 'value'],
    ['export and double quotes', 'export A="a value"', 'a value'],
    ['single quotes', 'A=\'a "value" $HOME \\n\'', 'a "value" $HOME \\n'],
    ['no value', 'A=', ''],
    ['empty quotes', 'A=""', ''],
    ['indentation', '  \tA=value  ', 'value'],
    ['a comment behind', 'A=value # comment', 'value'],
    ['# inside a word', 'A=val#ue', 'val#ue'],
    ['# in quotes', 'A="val #ue"', 'val #ue'],
    ['an equals sign in the value', 'A=b=c', 'b=c'],
    ['variables', 'A="$HOME/$B"$C', '$HOME/$B$C'],
    ['escapes in double quotes', 'A="\\" \\\\ \\$ \\` \\n"', '" \\ $ ` \\n'],
    ['escapes outside quotes', 'A=a\\ b\\"c', 'a b"c'],
    ['pieces side by side', `A='it'\\''s '"here"`, "it's here"],
    ['quotes over two lines', 'A="a\nb"', 'a\nb'],
    ['a continued line', 'A=ab\\\ncd', 'abcd'],
    ['a continued line in quotes', 'A="ab\\\ncd"', 'abcd'],
    ['other characters than ASCII', 'A=bücher.example', 'bücher.example'],
    ['CRLF', 'A=value\r\n', 'value'],
    ['a byte order mark', '\ufeffA=value', 'value'],
    ['a byte order mark inside', 'A=\ufeffvalue', '\ufeffvalue'],
    ['a backslash at the end of single quotes', "A='a\\'", 'a\\'],
    ['a final semicolon', 'A=value;', 'value'],
    ['a semicolon, then a comment', 'A=value;# comment', 'value'],
    ['blanks and tabs before a comment', 'A=value \t  # comment "', 'value'],
    ['a comment of one mark', 'A=value #', 'value'],
    ['blanks before export', '  export   A=value', 'value'],
    ['a continued line between words', 'export \\\n A=value', 'value'],
    ['a line that goes on in the middle of escapes', 'A=a\\\\\\\nb', 'a\\b'],
    ['other escapes in double quotes', 'A="\\a\\\'"', "\\a\\'"],
    ['an escaped line end outside of quotes, twice', 'A=a\\\n\\\nb', 'ab'],
    ['CRLF in quotes', 'A="a\r\nb"', 'a\nb'],
    ['a carriage return alone', 'A="a\rb"', 'a\rb'],
    ['a backslash before CRLF', 'A=a\\\r\nb', 'ab'],
  ])('parseEnvironmentFile: %s → value', (_, text, value) => {
    const [[name, found] = [], ...others] = assignments(text);
    expect([name, found, others]).toEqual(['A', value, []]);
  });

  test('parseEnvironmentFile: comments and blank lines → skipped, lines counted', () => {
    expect(assignments("# one\n\n  ; two \\\nA=1\n\t# \"three\nexport B='2\n2'\nC=3")).toEqual([
      ['A', '1', 4],
      ['B', '2\n2', 6],
      ['C', '3', 8],
    ]);
  });

  test('parseEnvironmentFile: several commands on a line and export of a name → what a shell would set', () => {
    expect(assignments('A=1; export A\nB=2 C=3\nexport D=4 E F=5')).toEqual([
      ['A', '1', 1],
      ['B', '2', 2],
      ['C', '3', 2],
      ['D', '4', 3],
      ['F', '5', 3],
    ]);
  });

  test('parseEnvironmentFile: names of letters, digits and low lines → taken', () => {
    expect(assignments('_a1=x\nZ_9=y').map(([name]) => name)).toEqual(['_a1', 'Z_9']);
  });

  test('parseEnvironmentFile: words of a command over several lines → the line of each', () => {
    expect(assignments('A=1 \\\n B=2\nC="\n"\\\n3 D=4\nE=5')).toEqual([
      ['A', '1', 1],
      ['B', '2', 2],
      ['C', '\n3', 3],
      ['D', '4', 5],
      ['E', '5', 6],
    ]);
  });

  test('parseEnvironmentFile: a name twice → both in their order', () => {
    expect(assignments('A=1\nA=2')).toEqual([
      ['A', '1', 1],
      ['A', '2', 2],
    ]);
  });

  test('parseEnvironmentFile: nothing → nothing', () => {
    expect(assignments('')).toEqual([]);
  });
});

describe('parseEnvironmentFile: problems', () => {
  const NOT_AN_ASSIGNMENT =
    'not an assignment; allowed are NAME=value and export NAME="value", with quotes around blanks';
  const MEANING = 'a character with a meaning to the shell is outside single quotes';

  test.each<[string, string, string]>([
    ['no equals sign', 's3cret', NOT_AN_ASSIGNMENT],
    ['blanks around the equals sign', 'A = s3cret', NOT_AN_ASSIGNMENT],
    ['a value with a blank and no quotes', 'A=one s3cret', NOT_AN_ASSIGNMENT],
    ['a name that no shell takes', 'export 1s3cret=x', NOT_AN_ASSIGNMENT],
    ['no name', '=s3cret', NOT_AN_ASSIGNMENT],
    ['a name with a dash', 's3cret-a=x', NOT_AN_ASSIGNMENT],
    ['a name in quotes', '"A"=s3cret', NOT_AN_ASSIGNMENT],
    ['a name that goes on in quotes', 'export s3cret"x"', NOT_AN_ASSIGNMENT],
    ['a name to export that is none', 'export s3cret-a', NOT_AN_ASSIGNMENT],
    ['an export of two words', 'export "s3cret"', NOT_AN_ASSIGNMENT],
    ['an export that goes on in quotes', 'export"s3cret" B=1', NOT_AN_ASSIGNMENT],
    ['a name alone behind an assignment', 'A=1 s3cret', NOT_AN_ASSIGNMENT],
    ['command substitution', 'A=$(s3cret)', MEANING],
    ['a backquote', 'A=`s3cret`', MEANING],
    ['a redirection', 'A=s3cret >file', MEANING],
    ['two commands', 'A=s3cret && B=2', MEANING],
    ['a bad character before a good command', 'A=(s3cret); B=2', MEANING],
    ['a lone backslash at the end', 'A=s3cret\\', MEANING],
  ])('parseEnvironmentFile: %s → problem with its line and without the text', (_, text, expected) => {
    const found = problems(`B=1\n${text}\nC=2\n`.replace(/\\\nC=2\n$/, '\\'));
    expect(found).toEqual([`${FILE}:2: ${expected}`]);
  });

  test('parseEnvironmentFile: a quote that is never closed → problem with the line it starts on', () => {
    expect(problems('A=1\nB="s3cret\nC=2\n')).toEqual([`${FILE}:2: a quote that starts on line 2 is not closed`]);
  });

  test('parseEnvironmentFile: sixty bad lines → fifty of them; of fifty each', () => {
    expect([problems('x\n'.repeat(60)).length, problems('x\n'.repeat(50)).length]).toEqual([50, 50]);
  });

  test('parseEnvironmentFile: a quote that is not closed on a later line of a command → the line it starts on', () => {
    expect(problems('A=1 \\\n B="x\n\n')).toEqual([`${FILE}:1: a quote that starts on line 2 is not closed`]);
  });

  test('parseEnvironmentFile: several bad lines → all of them', () => {
    expect(problems('a b\nB=1\nc|d\n').map((text) => text.slice(0, FILE.length + 3))).toEqual([
      `${FILE}:1:`,
      `${FILE}:3:`,
    ]);
  });
});

describe('parseEnvironmentFile: too much', () => {
  const TOO_MANY = 'no file of settings: more than 1000 assignments';

  test('parseEnvironmentFile: 1,000 assignments, on lines or on one → read', () => {
    expect(assignments('A=1\n'.repeat(1000))).toHaveLength(1000);
    expect(assignments('A=1 '.repeat(1000))).toHaveLength(1000);
  });

  test.each([
    ['lines', 'A=1\n', 1001],
    ['words of one line', 'A=1 ', 1],
    ['commands of one line', 'A=1;', 1],
  ])('parseEnvironmentFile: 60,000 assignments as %s → one problem at its line', (_, unit, line) => {
    expect(problems(unit.repeat(60_000))).toEqual([`${FILE}:${line}: ${TOO_MANY}`]);
  });

  test('parseEnvironmentFile: more than anybody would escape → all of it resolved', () => {
    expect(assignments(`A="${'\\"'.repeat(100_000)}"`)).toEqual([['A', '"'.repeat(100_000), 1]]);
  });
});
