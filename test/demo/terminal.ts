/** Text for a terminal: SGR escape sequences (ECMA-48), which is what the demo prints, and pictures of it. */

const ESCAPE = '\u001b[';

/** SGR parameters. */
const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof STYLES;

export const paint = (text: string, style: Style): string => `${ESCAPE}${STYLES[style]}m${text}${ESCAPE}0m`;

/** Whether escape sequences are welcome there (no-color.org). */
export const takesColour = (stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';

/** A piece of a line in one style. */
interface Run {
  readonly style: Style | null;
  readonly text: string;
}

export const withoutStyles = (painted: string): string =>
  runsOf(painted)
    .map(({ text }) => text)
    .join('');

function runsOf(painted: string): Run[] {
  const [plain = '', ...styled] = painted.split(ESCAPE);
  const runs = styled.map((piece) => {
    const end = piece.indexOf('m');
    const parameter = Number(piece.slice(0, end));
    const style = (Object.keys(STYLES) as Style[]).find((name) => STYLES[name] === parameter) ?? null;
    return { style, text: piece.slice(end + 1) };
  });
  return [{ style: null, text: plain }, ...runs].filter(({ text }) => text !== '');
}

/** Pixels. */
const COLUMN = 7.2;
const LINE = 17;
const MARGIN = 16;
const FONT_SIZE = 12;

const BACKGROUND = '#0d1117';
const LOOKS: Readonly<Record<Style | 'plain', string>> = {
  plain: 'fill:#c9d1d9',
  bold: 'fill:#f0f6fc;font-weight:bold',
  dim: 'fill:#8b949e',
  red: 'fill:#ff7b72',
  green: 'fill:#56d364',
  yellow: 'fill:#e3b341',
  cyan: 'fill:#56d4dd',
};

/** A picture (SVG) of painted text as a terminal shows it. Every piece has its place and width, so columns stand below
 *  each other in whatever font is there. */
export function drawTerminal(painted: string, title: string): string {
  const lines = painted.trimEnd().split('\n');
  const columns = Math.max(...lines.map((line) => withoutStyles(line).length));
  const width = round(columns * COLUMN + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const looks = Object.entries(LOOKS).map(([style, look]) => `.${style}{${look}}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>text{font:${FONT_SIZE}px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}${looks.join('')}</style>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
${lines.map(drawLine).join('\n')}
</svg>
`;
}

function drawLine(line: string, row: number): string {
  let column = 0;
  const runs = runsOf(line).map(({ style, text }) => {
    const x = round(MARGIN + column * COLUMN);
    column += text.length;
    const place = `x="${x}" textLength="${round(text.length * COLUMN)}" lengthAdjust="spacingAndGlyphs"`;
    return `<tspan class="${style ?? 'plain'}" ${place}>${escaped(text)}</tspan>`;
  });
  return `<text xml:space="preserve" y="${MARGIN + FONT_SIZE + row * LINE}">${runs.join('')}</text>`;
}

/** The lines that a picture shows. */
export const linesOfPicture = (svg: string): string[] =>
  [...svg.matchAll(/^<text [^>]*>(.*)<\/text>$/gm)].map(([, content = '']) =>
    content
      .replaceAll(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  );

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const round = (pixels: number): number => Math.round(pixels * 10) / 10;
