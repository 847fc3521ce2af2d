import { readFileSync } from 'node:fs';
import { parseTrace } from '../../src/core/wire/trace.ts';

/** What a real kernel sent, datagram by datagram: test/fixtures/NAME.trace, made by tools/capture-fixtures. */
export const captured = (name: string): Uint8Array[] =>
  parseTrace(readFileSync(`test/fixtures/${name}.trace`, 'utf8')).flatMap((event) =>
    event.kind === 'datagram' ? event.bytes : [],
  );

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
