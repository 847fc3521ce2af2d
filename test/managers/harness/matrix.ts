import { writeFile } from 'node:fs/promises';
import type { Outcome } from './scene.ts';

interface Cell extends Omit<Outcome, 'seconds'> {
  readonly manager: string;
  readonly router: string;
  readonly situation: string;
  /** Null: it did not come to the right end. */
  readonly seconds: number | null;
  readonly problem: string | null;
}

/** What the plays came to: manager and router by situation. */
export class Matrix {
  readonly #cells: Cell[] = [];

  add(cell: Cell): void {
    this.#cells.push(cell);
  }

  /** Prints it as a table, seconds until the record was right; everything else goes to a file as JSON. */
  async report(path: string): Promise<void> {
    const cells = this.#cells.toSorted((a, b) => compare(a.manager, b.manager) || compare(a.router, b.router));
    await writeFile(path, `${JSON.stringify(cells, null, 2)}\n`);
    console.log(`${this.table()}\n= was right all the time; everything in ${path}`);
  }

  table(): string {
    const of = (cell: Cell): string => `${cell.manager} | ${cell.router}`;
    const rows = [...new Set(this.#cells.map(of))].sort();
    const columns = [...new Set(this.#cells.map(({ situation }) => situation))];
    const lines = rows.map((row) => {
      const own = this.#cells.filter((cell) => of(cell) === row);
      return [row, ...columns.map((name) => show(own.find(({ situation }) => situation === name)))];
    });
    const all = [['manager | router', ...columns], ['---', '---', ...columns.slice(1).map(() => '---')], ...lines];
    return all.map((line) => `| ${line.join(' | ')} |`).join('\n');
  }
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

function show(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  if (cell.seconds === null) return 'FAILED';
  return cell.seconds === 0 ? '=' : cell.seconds.toFixed(1);
}
