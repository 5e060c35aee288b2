import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTimestamper, parseCertificate } from '../../../src/index.js';
import { craft } from '../../craft.js';
import { caExtensions, message } from '../craft-token.js';

/**
 * Writes the queries that the recorded replies answer: `npx tsx --conditions=@securosys/source queries.ts <folder>`. They are those of
 * `createTimestamper` with a nonce of 42s, so that the tests can ask the same again.
 */
const [folder = '.'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const randomBytes = (count: number) => new Uint8Array(count).fill(42);
const anchors = [parseCertificate(craft({ extensions: caExtensions }))];

async function query(name: string, hash: 'sha256' | 'sha384' | 'sha512', policy?: string): Promise<void> {
  let sent = new Uint8Array();
  const fetch = async (_: unknown, init: RequestInit = {}) => {
    sent = Uint8Array.from(init.body as Uint8Array);
    return new Response(null, { status: 503 });
  };
  const timestamper = createTimestamper({ url: 'http://tsa.test', anchors, fetch, randomBytes, ...(policy && { policy }) });
  await timestamper.timestamp(message, hash).catch(() => undefined);
  writeFileSync(join(folder, `${name}.tsq`), sent);
}

async function main(): Promise<void> {
  await query('sha384', 'sha384');
  await query('sha512', 'sha512');
  await query('policy', 'sha256', '1.2.3.4.99');
  await query('sha256', 'sha256');
}

void main();
