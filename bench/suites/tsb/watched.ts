// Watches many pending signatures over a broker inside this process, and prints what that costs as one line of JSON.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { base64Text, createMemoryStore, createSigner, pendingKey, sha256Hex, spkiOf, utf8Bytes } from '@securosys/core';
import { createTsbBackend } from '@securosys/tsb-client';

const count = 10_000;
/** Of waiting while nothing changes, by the clock of this program. */
const quietMs = 3_600_000;

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = spkiOf(createPublicKey(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }))));
const group = { name: 'officers', quorum: 2, approvals: [{ type: 'public_key', value: base64Text(spki) }] };
const ruleUse = { tokens: [{ name: 'one', timelock: 0, timeout: 86_400, groups: [group] }] };
const people = ['Ada', 'Ben', 'Cleo'].map((name) => base64Text(utf8Bytes(name.repeat(30))));

/** Time that moves when somebody sleeps, once everything that is ready has happened. */
const time = { now: Date.UTC(2026, 0), until: Number.POSITIVE_INFINITY };
let wake = () => {};
const clock = {
  now: () => time.now,
  async sleep(ms: number, signal?: AbortSignal) {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    if (time.now + ms > time.until) await new Promise<void>((resolve) => (wake = resolve));
    time.now += ms;
  },
};

/** A broker: ids of its requests, by the message that each signs. */
const requests = new Map<string, string>();
const ended = new Set<string>();
const calls = { all: 0, gets: 0, inFlight: 0, mostInFlight: 0 };

function answer(path: string, id: string): unknown {
  if (path === '/v1/versionInfo') return { Version: '2.5.1', Vendor: 'Securosys SA' };
  if (path === '/v1/key/attributes')
    return {
      json: { label: 'k', algorithm: 'EC', publicKey: base64Text(spki), attributes: { sign: true }, policy: { ruleUse } },
    };
  if (path === '/v1/filteredRequests')
    return { requests: [...requests.keys()].filter((one) => !ended.has(one)).map((one) => ({ id: one, status: 'PENDING' })) };
  calls.gets++;
  const message = requests.get(id) ?? '';
  const done = ended.has(id);
  const signature = () => sign('sha256', utf8Bytes(message), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return {
    id,
    status: done ? 'EXECUTED' : 'PENDING',
    result: done ? base64Text(signature()) : null,
    approvedBy: [],
    notYetApprovedBy: people,
    rejectedBy: [],
  };
}

const fetch = async (input: string | URL | Request): Promise<Response> => {
  const { pathname } = new URL(String(input));
  calls.all++;
  calls.mostInFlight = Math.max(calls.mostInFlight, ++calls.inFlight);
  await new Promise((resolve) => setImmediate(resolve));
  calls.inFlight--;
  return Response.json(answer(pathname, pathname.slice('/v1/request/'.length)));
};

const collect = globalThis.gc ?? (() => undefined);
function memory(): { heap: number; total: number } {
  for (let time = 0; time < 5; time++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, total: heapUsed + external };
}

const backend = createTsbBackend({ url: 'http://localhost', auth: { type: 'none' }, fetch, clock });
const store = createMemoryStore();
const signer = createSigner(backend, { label: 'k' }, { store, clock, allowOpaque: true });
const key = await signer.describe();
const messageOf = (n: number) => `message number ${n}`.padEnd(200, '.');

/** As if another process had made the request: what is measured here is waiting. */
async function known(n: number): Promise<void> {
  const message = utf8Bytes(messageOf(n));
  const operation = { kind: 'sign', key: key.ref, algorithm: 'ecdsa-sha256', input: { message } } as const;
  const inputSha256 = sha256Hex(message);
  const intent = { backend: backend.id, key, domain: undefined, operation, inputSha256 };
  const requestId = randomUUID();
  requests.set(requestId, messageOf(n));
  await store.put(pendingKey(intent), { backend: backend.id, nonce: requestId, intentAt: time.now, requestId });
}

for (let n = 0; n < count; n++) await known(n);
const begin = (n: number) => signer.begin({ algorithm: 'ecdsa-sha256', input: { message: utf8Bytes(messageOf(n)) } });
// What is made once, by the first of them, is nobody's share.
await begin(0);
const before = memory();

time.until = time.now;
const operations = [];
for (let n = 0; n < count; n++) operations.push(await begin(n));
let left = count;
const results = operations.map(async (operation) => {
  await operation.result();
  left--;
});
await new Promise((resolve) => setTimeout(resolve, 50));
const after = memory();

Object.assign(calls, { all: 0, gets: 0, mostInFlight: 0 });
const start = time.now;
time.until = start + quietMs;
wake();
while (time.now + 60_000 < time.until) await new Promise((resolve) => setImmediate(resolve));
const quietCalls = calls.all;
const quietSeconds = (time.now - start) / 1000;

for (const id of requests.keys()) ended.add(id);
Object.assign(calls, { all: 0, gets: 0, mostInFlight: 0 });
time.until = Number.POSITIVE_INFINITY;
wake();
await Promise.all(results);
if (left !== 0) throw new Error(`${left} signatures are missing`);

process.stdout.write(
  JSON.stringify({
    count,
    callsPerSecond: quietCalls / quietSeconds,
    heapBytes: (after.heap - before.heap) / count,
    totalBytes: (after.total - before.total) / count,
    mostInFlight: calls.mostInFlight,
    fetchedPerRequest: calls.gets / count,
  }),
);
await backend.close();
