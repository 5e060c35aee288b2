import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTsbClient } from '@securosys/tsb-client';
import { type Dispatcher, request } from 'undici';
import { type Result, rounded } from '../../figure.js';
import { alternate, median } from '../../measure.js';
import { inFlight } from './in-flight.js';

const width = 64;
const leastShare = 0.85;
const rounds = { rounds: 31, seconds: 0.3 };
/** Until every path is compiled, as in a service that has run for a while. */
const warmUpSeconds = 10;

const signRequest = {
  payload: Buffer.alloc(64, 1).toString('base64'),
  signKeyName: 'bench',
  signatureAlgorithm: 'SHA256_WITH_RSA_PSS',
} as const;
const body = JSON.stringify({ signRequest });
const headers = { accept: 'application/json', 'content-type': 'application/json', authorization: 'Bearer bench-token' };

async function answerServer(): Promise<{ url: string; close(): void }> {
  const child = fork(fileURLToPath(new URL('answer-server.ts', import.meta.url)));
  const [port] = (await once(child, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}`, close: () => child.disconnect() };
}

/** The dispatcher that a client gives to the global `fetch`, so that its peers run over the very same connections. */
async function dispatcherOf(call: () => Promise<unknown>): Promise<Dispatcher> {
  const original = globalThis.fetch;
  let dispatcher: Dispatcher | undefined;
  globalThis.fetch = (input, init) => {
    dispatcher = (init as { dispatcher?: Dispatcher } | undefined)?.dispatcher;
    return original(input, init);
  };
  try {
    await call();
  } finally {
    globalThis.fetch = original;
  }
  if (!dispatcher) throw new Error('the client hands no dispatcher to fetch');
  return dispatcher;
}

/** Synchronous sign calls of the client as users make it, against less and less of what it does. */
export async function* signCalls(note: (text: string) => void): AsyncIterable<Result> {
  const server = await answerServer();
  const client = createTsbClient({ url: server.url, auth: { type: 'token', token: 'bench-token' } });
  const sign = () => client.sign.synchronous(signRequest);
  const dispatcher = await dispatcherOf(sign);
  const url = `${server.url}/v1/synchronousSign`;
  const options: RequestInit = { method: 'POST', headers, body };
  const init = Object.assign(options, { dispatcher });
  const peers = {
    'bare fetch': async () => (await fetch(url, init)).json(),
    'undici.request': async () => (await request(url, { method: 'POST', headers, body, dispatcher })).body.json(),
  };
  try {
    const ours = inFlight(width, sign, warmUpSeconds);
    for (const [peer, operation] of Object.entries(peers)) {
      ours.wall.length = 0;
      const theirs = inFlight(width, operation, warmUpSeconds);
      const medians = await alternate(ours, theirs, rounds);
      const share = medians.ours / (medians.theirs as number);
      note(
        `on the wall clock: ours ${rounded(median(ours.wall))} 1/s, ${peer} ${rounded(median(theirs.wall))} 1/s, ` +
          `share ${rounded(median(ours.wall) / median(theirs.wall))}`,
      );
      yield {
        figure: {
          bench: 'tsb',
          figure: `sign calls, ${width} in flight`,
          ours: rounded(medians.ours),
          peer,
          theirs: rounded(medians.theirs as number),
          ratio: rounded(share),
        },
        unit: '1/s',
        ...(peer === 'bare fetch' && { goal: { text: `at least ${leastShare}`, met: share >= leastShare } }),
      };
    }
  } finally {
    await client.close();
    server.close();
  }
}
