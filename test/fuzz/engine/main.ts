/** Feeds damaged inputs to the program's own code: `KIND SEED SECONDS FOLDER [PORT CA]`, or `KIND FILE 0 FOLDER [PORT CA]` for
 *  one input as it is. The input in question stands in FOLDER/current-KIND, whatever it does to this process; of replies
 *  the server puts it there. Prints the number of inputs about once a second, `FAILED what` for an input that leads to an
 *  exception or takes too long, and ends with `done`. */
import * as std from 'std';
import * as system from 'system';
import { Random } from '../../explorer/random.ts';
import { mutate } from '../mutate.ts';
import { filesIn, readBytes, readText, writeBytes } from './inputs.ts';
import { datagrams, readDatagram } from './kernel.ts';
import { Requests } from './replies.ts';
import { askSettings, readSettings } from './settings.ts';

const [, kind = '', seedOrFile = '', seconds = '0', folder = '', port = '', caFile = ''] = scriptArgs;

/** No input of this size may take as long, with the sanitizers and on a busy machine. */
const MOST_MS = 20_000;

/** The program that reads settings takes long to start: it gets one in so many. */
const ASK_EACH = 32;

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const WORDS: Readonly<Record<string, string>> = {
  toml: '[ ] [[ ]] { } = . , " """ \' \'\'\' # \\ \\u0041 \\U0001F600 \n \r\n [[record]] [notify] api_token record_name interface prefer exclude host_id name true 1e9 0x7f 1979-05-27T07:32:00Z -inf \u00ff',
  environment:
    'export = " \' \\ \\\n \n ; # $ ` IPV6DDNS_ CLOUDFLARE_RECORD_NAME= IPV6DDNS_PREFER= SSL_CERT_DIR= HTTPS_PROXY= NO_PROXY= , \u00ff',
};

interface Subject {
  readonly seeds: readonly Uint8Array[];
  readonly words: readonly Uint8Array[];
  /** Gives the input to the program. */
  run(bytes: Uint8Array): void | Promise<void>;
  end?(): void;
}

const corpus = (): Uint8Array[] => filesIn(`test/fuzz/corpus/${kind}`).map(readBytes);
const current = `${folder}/current-${kind}`;
const words = (WORDS[kind] ?? '').split(' ').map(bytesOf);

function subject(): Subject {
  switch (kind) {
    case 'netlink':
      return {
        seeds: datagrams(),
        words: [],
        run: (bytes) => {
          writeBytes(current, bytes);
          readDatagram(bytes);
        },
      };
    case 'toml':
    case 'environment':
      return {
        seeds: corpus(),
        words,
        run: (bytes) => {
          writeBytes(current, bytes);
          readSettings(kind, readText(current));
          if (inputs % ASK_EACH === 0) askSettings(kind, current);
        },
      };
    default: {
      const requests = new Requests(`${kind === 'tls' ? 'https' : 'http'}://127.0.0.1:${port}`, caFile);
      // The server has the inputs, and damages them.
      return { seeds: [new Uint8Array(1)], words: [], run: () => requests.send(), end: () => requests.close() };
    }
  }
}

let inputs = 0;
const { seeds, words: own, run, end } = subject();
let shownMs = system.monotonicMs();

async function give(bytes: Uint8Array): Promise<void> {
  const startMs = system.monotonicMs();
  inputs += 1;
  try {
    await run(bytes);
  } catch (error) {
    fail(error instanceof Error ? `${error}\n${error.stack ?? ''}` : String(error));
  }
  const endMs = system.monotonicMs();
  if (endMs - startMs > MOST_MS) fail(`it took ${Math.round((endMs - startMs) / 1000)} s`);
  if (endMs - shownMs < 1_000) return;
  shownMs = endMs;
  std.out.puts(`${inputs}\n`);
  std.out.flush();
}

/** Puts the input aside and says what it did. */
function fail(what: string): void {
  const kept = `${folder}/${kind}-${seedOrFile.replace(/.*\//, '')}-${inputs}`;
  writeBytes(kept, readBytes(current));
  std.out.puts(`FAILED ${kept}: ${what.replaceAll('\n', ' | ')}\n`);
  std.out.flush();
}

async function fuzz(random: Random): Promise<void> {
  for (const seed of seeds) await give(seed);
  const endMs = system.monotonicMs() + Number(seconds) * 1000;
  while (system.monotonicMs() < endMs) await give(mutate(random, seeds, own));
}

if (seconds === '0') await give(readBytes(seedOrFile));
else await fuzz(new Random(Number(seedOrFile)));
end?.();
std.out.puts(`${inputs}\ndone\n`);
std.out.flush();
