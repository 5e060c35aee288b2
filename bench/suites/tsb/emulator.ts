import { fork } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createFakeTsb } from '@securosys/tsb-emulator';
import { Pool } from 'undici';
import { type Result, rounded } from '../../figure.js';
import { alternate, type Contender } from '../../measure.js';
import { inFlight } from './in-flight.js';

const width = 16;
const leastShare = 0.6;
const rounds = { rounds: 9, seconds: 1 };
const warmUpSeconds = 2;
const peer = 'crypto.sign';

const message = Buffer.alloc(64, 1);
const headers = { 'content-type': 'application/json', authorization: 'Bearer bench-token' };
const signRequest = { payload: message.toString('base64'), signKeyName: 'bench', signatureAlgorithm: 'SHA256_WITH_RSA' };
const body = JSON.stringify({ signRequest });
const path = '/v1/synchronousSign';

interface Served {
  readonly contender: Contender;
  close(): Promise<void>;
}

/** The web-standard handler, in this process. */
async function inProcess(privateKey: ReturnType<typeof createKey>): Promise<Served> {
  const tsb = createFakeTsb({ token: 'bench-token' });
  await tsb.addKey({ label: 'bench', privateKey });
  const call = async () => {
    const answer = await tsb.handle(new Request(`${tsb.url}${path}`, { method: 'POST', headers, body }));
    if (answer.status !== 200) throw new Error(await answer.text());
    return answer.json();
  };
  return { contender: inFlight(width, call, warmUpSeconds), close: () => tsb.close() };
}

/** The port of another process; only that process's time counts. */
async function overPort(privateKey: ReturnType<typeof createKey>): Promise<Served> {
  const env = { ...process.env, BENCH_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
  const child = fork(fileURLToPath(new URL('emulator-process.ts', import.meta.url)), { env });
  const [url] = (await once(child, 'message')) as [string];
  const pool = new Pool(url, { connections: width });
  const call = async () => {
    const answer = await pool.request({ method: 'POST', path, headers, body });
    if (answer.statusCode !== 200) throw new Error(await answer.body.text());
    return answer.body.json();
  };
  const spent = async () => {
    child.send('spent');
    return ((await once(child, 'message')) as [number])[0];
  };
  const calls = inFlight(width, call, 0);
  let warm = false;
  return {
    contender: {
      async round(seconds) {
        if (!warm) await calls.round(warmUpSeconds);
        warm = true;
        await spent();
        const { operations } = await calls.round(seconds);
        return { operations, cpuSeconds: await spent() };
      },
    },
    async close() {
      await pool.close();
      child.disconnect();
    },
  };
}

const createKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** RSA-2048 signatures of the emulator, against the same key in Node's pool of threads without anything around it. */
export async function* emulatorSigns(): AsyncIterable<Result> {
  const privateKey = createKey();
  const signInPool = promisify(sign);
  const doors = { 'handle()': inProcess, 'its port': overPort };
  for (const [door, open] of Object.entries(doors)) {
    const served = await open(privateKey);
    try {
      const bare = inFlight(width, () => signInPool('sha256', message, privateKey), warmUpSeconds);
      const medians = await alternate(served.contender, bare, rounds);
      const share = medians.ours / (medians.theirs as number);
      const figure = `emulator, RSA-2048 through ${door}`;
      const [ours, theirs, ratio] = [medians.ours, medians.theirs as number, share].map(rounded) as [number, number, number];
      yield {
        figure: { bench: 'tsb', figure, ours, peer, theirs, ratio },
        unit: '1/s',
        goal: { text: `at least ${leastShare}`, met: share >= leastShare },
      };
    } finally {
      await served.close();
    }
  }
}
