import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSentinel, expectNoSecret, findLeaks, secretForms, type Watch } from '../src/index.js';

const secret = createSentinel('secret');
const utf8 = Buffer.from(secret);
const half = Math.floor(secret.length / 2);

/** Ways of writing the secret down, by Node's own encoders and not by the harness. */
const written: Readonly<Record<string, unknown>> = {
  text: secret,
  'text inside other text': `Bearer ${secret}, refused`,
  base64: utf8.toString('base64'),
  'a basic login': Buffer.from(`ci:${secret}`).toString('base64'),
  'a basic login of another length': Buffer.from(`user:${secret}`).toString('base64'),
  base64url: utf8.toString('base64url'),
  hex: utf8.toString('hex'),
  'upper-case hex': utf8.toString('hex').toUpperCase(),
  percent: encodeURIComponent(secret),
  'percent of every byte': [...utf8].map((b) => `%${b.toString(16).padStart(2, '0')}`).join(''),
  'character array': JSON.stringify([...secret]),
  'indented character array': JSON.stringify([...secret], undefined, 2),
  'character array inside base64': Buffer.from(JSON.stringify({ keyPassword: [...secret] })).toString('base64'),
  'first half': secret.slice(0, half),
  'second half': secret.slice(half),
  'second half as hex': Buffer.from(secret.slice(half)).toString('hex'),
  'wrapped base64': utf8.toString('base64').replace(/.{16}/g, '$&\n'),
};

const echo = ['-e', ''];
const bodies = (text: string) => ({ toJSON: () => ({ text }), [Symbol.for('nodejs.util.inspect.custom')]: () => 'hidden' });

/** Places in which a library can leak. */
const sinks: Readonly<Record<string, (text: string, watch: Watch) => unknown>> = {
  'a returned member': (text) => ({ a: { b: [{ c: text }] } }),
  'a member that is not enumerable': (text) => Object.defineProperty({}, 'hidden', { value: text }),
  'a getter': (text) => ({
    get token() {
      return text;
    },
  }),
  'JSON of a value that inspects well': bodies,
  'a value behind its own inspect': (text) => ({ text, [Symbol.for('nodejs.util.inspect.custom')]: () => 'hidden' }),
  'a map': (text) => new Map([['k', text]]),
  'headers of a request': (text) => new Headers({ authorization: text.replace(/\s/g, '') }),
  'a shown value': (text, { show }) => show({ text }),
  'the message of an error': (text) => Promise.reject(new Error(text)),
  'details of an error': (text) => Promise.reject(Object.assign(new Error('x'), { details: { text } })),
  'the cause of a cause': (text) => Promise.reject(new Error('x', { cause: new Error('y', { cause: new Error(text) }) })),
  'an aggregated error': (text) => Promise.reject(new AggregateError([new Error(text)], 'x')),
  'a thrown string': (text) => Promise.reject(text),
  console: (text) => console.warn('refused: %s', text),
  stdout: (text) => process.stdout.write(text),
  'stderr as bytes': (text) => process.stderr.write(Buffer.from(text)),
  'a warning': (text) => process.emitWarning(text),
  'the logger': (text, { logger }) => logger.debug('call failed', { nested: { text } }),
  'the message of the logger': (text, { logger }) => logger.error(text),
  'a diagnostics channel': (text) => channel('any:name').publish({ text }),
  'a tracing channel': (text) => tracingChannel('any').traceSync(() => 1, { text }),
  'the arguments of a child': (text) => void spawn(process.execPath, [...echo, text]),
  'the environment of a child': (text) => void spawn(process.execPath, echo, { env: { TOKEN: text } }),
  'the arguments of execFile': (text) => promisify(execFile)(process.execPath, [...echo, text]).then(() => 1),
  'the arguments of spawnSync': (text) => spawnSync(process.execPath, [...echo, text]).status,
  'the environment of execFileSync': (text) => execFileSync(process.execPath, echo, { env: { TOKEN: text } }).length,
  'our own environment': (text) => {
    process.env.SENTINEL_TEST = text;
    return undefined;
  },
};

async function leaksOf(run: (watch: Watch) => unknown) {
  try {
    return (await findLeaks({ secret }, run)).leaks;
  } finally {
    delete process.env.SENTINEL_TEST;
  }
}

describe('the sentinel harness (S37)', () => {
  it.each(Object.keys(sinks))('finds the secret in %s', async (name) => {
    expect(await leaksOf((watch) => sinks[name]?.(secret, watch))).not.toEqual([]);
    expect(await leaksOf((watch) => sinks[name]?.('nothing secret', watch))).toEqual([]);
  });

  it.each(Object.keys(written))('finds the secret as %s', async (name) => {
    const text = written[name] as string;
    for (const sink of ['a returned member', 'the cause of a cause', 'console', 'the logger', 'a diagnostics channel'])
      expect(await leaksOf((watch) => sinks[sink]?.(text, watch)), sink).not.toEqual([]);
  });

  it('finds bytes in an array, a Buffer, and a block that they were cut from', async () => {
    const scalar = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1);
    for (const value of [
      scalar,
      Buffer.from(scalar),
      [...scalar],
      scalar.subarray(0, 16),
      Buffer.from(scalar).toString('base64url'),
    ])
      expect((await findLeaks({ scalar }, () => ({ value }))).leaks).not.toEqual([]);
    expect((await findLeaks({ scalar }, () => scalar.map((b) => b ^ 1))).leaks).toEqual([]);
  });

  it('finds the secret in the name and the contents of a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sentinels-'));
    try {
      await writeFile(join(folder, 'a.json'), JSON.stringify({ keyPassword: [...secret] }));
      await writeFile(join(folder, utf8.toString('hex')), '');
      const { leaks } = await findLeaks({ secret }, () => 1, { folder });
      expect(leaks.map(({ sink }) => sink).sort()).toEqual(['file a.json', 'file name']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names secret, form and sink, and never the secret', async () => {
    const failed = expectNoSecret({ token: secret }, () => ({ text: utf8.toString('hex') }));
    await expect(failed).rejects.toThrow("'token' leaks as hex in public value");
    const { message } = (await failed.catch((error: unknown) => error)) as Error;
    for (const { needle } of secretForms(secret)) expect(message).not.toContain(needle);
  });

  it('gives back what the run came to, and leaves nothing replaced', async () => {
    const before = [console.log, process.stdout.write, spawnSync, channel('any:name').hasSubscribers];
    const error = new Error('x');
    expect(await expectNoSecret({ secret }, () => 7)).toEqual({ value: 7 });
    expect(await expectNoSecret({ secret }, () => Promise.reject(error))).toEqual({ error });
    expect([console.log, process.stdout.write, spawnSync, channel('any:name').hasSubscribers]).toEqual(before);
  });

  it('says nothing about the channels of the HTTP stack, which show every subscriber the headers', async () => {
    for (const name of ['undici:request:create', 'http.client.request.start', 'http.server.request.start'])
      expect(await leaksOf(() => channel(name).publish({ headers: secret }))).toEqual([]);
    expect(await leaksOf(() => channel('undici').publish({ headers: secret }))).not.toEqual([]);
  });

  it('takes only secrets that cannot occur by chance', () => {
    expect(() => secretForms('short')).toThrow(TypeError);
    expect(() => createSentinel('Not A Name')).toThrow(TypeError);
    expect(createSentinel('a')).not.toBe(createSentinel('a'));
  });
});
