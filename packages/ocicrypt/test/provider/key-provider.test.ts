import {
  base64Bytes,
  createMemoryStore,
  type KeyBackend,
  type KeyOperation,
  SignError,
  utf8Bytes,
  utf8Text,
} from '@securosys/core';
import { createMemoryBackend, generateSoftwareKey } from '@securosys/core/memory';
import { createTestClock } from '@securosys/testing';
import { describe, expect, it, vi } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { handleKeyProvider } from '../../src/provider/handle-key-provider.js';
import type { KeyProviderContext, KeyProviderPlugin, KeyProviderUse } from '../../src/provider/key-provider.js';
import { askingBackend } from '../asking-backend.js';
import { sampleOptions } from '../recipients/vectors.js';
import { goUnwrap, goWrap, rustWrap } from './requests.js';

const software = createMemoryBackend();
const rsa = software.addKey({ label: 'hsm-rsa', privateKey: rsaKey(), purpose: 'decrypt' });
const ec = software.addKey({
  label: 'hsm-ec',
  privateKey: (await generateSoftwareKey('ec-p256')).privateKey,
  purpose: 'derive',
});

interface Seen {
  opened: number;
  closed: number;
  readonly asked: KeyOperation['kind'][];
  readonly contexts: KeyProviderContext[];
}

/** A provider over software keys that says what happened in it. */
function provider(own: Partial<KeyProviderPlugin> = {}, backend: KeyBackend = software): KeyProviderPlugin & { seen: Seen } {
  const seen: Seen = { opened: 0, closed: 0, asked: [], contexts: [] };
  return {
    seen,
    name: 'demo',
    key(kid, context) {
      seen.contexts.push(context);
      if (kid === 'k1') return { ref: rsa.ref, publicKey: rsa.spki };
      return kid === 'k2' ? { ref: ec.ref } : undefined;
    },
    open() {
      seen.opened++;
      return {
        ...backend,
        begin: async (operation, options) => {
          seen.asked.push(operation.kind);
          return backend.begin(operation, options);
        },
        close: async () => void seen.closed++,
      };
    },
    ...own,
  };
}

const handle = (stdin: Uint8Array, plugin: KeyProviderPlugin, more: object = {}) =>
  handleKeyProvider({ stdin, env: {}, ...more }, plugin);

async function packetFor(kids: readonly string[], plugin: KeyProviderPlugin = provider()): Promise<Uint8Array> {
  const { stdout } = await handle(goWrap({ demo: kids }, sampleOptions()), plugin);
  return base64Bytes(JSON.parse(stdout).keywrapresults.annotation);
}

describe('a key provider', () => {
  it('wraps for a key that it knows without opening its backend, and unwraps by one decrypt operation', async () => {
    const plugin = provider();
    const wrapped = await handle(goWrap({ demo: ['k1'] }, sampleOptions()), plugin);
    expect(wrapped).toMatchObject({ stderr: '', exitCode: 0 });
    expect(Object.keys(JSON.parse(wrapped.stdout))).toEqual(['keywrapresults']);
    expect(plugin.seen.opened).toBe(0);
    const packet = base64Bytes(JSON.parse(wrapped.stdout).keywrapresults.annotation);
    const unwrapped = await handle(goUnwrap({ demo: ['anything'] }, packet), plugin);
    expect(unwrapped).toMatchObject({ stderr: '', exitCode: 0 });
    expect(JSON.parse(unwrapped.stdout)).toEqual({
      keyunwrapresults: { optsdata: Buffer.from(sampleOptions()).toString('base64') },
    });
    expect(plugin.seen).toMatchObject({ opened: 1, closed: 1, asked: ['decrypt'] });
  });

  it('asks the backend for the public half of a key that is pinned by its hash, and takes no other', async () => {
    const packet = await packetFor(['k2']);
    expect(JSON.parse(utf8Text(packet)).kek[0]).toMatchObject({ kid: 'k2', alg: 'ECDH-ES+A256KW', spki: ec.ref.spkiSha256 });
    const plugin = provider();
    expect((await handle(goUnwrap(undefined, packet), plugin)).exitCode).toBe(0);
    expect(plugin.seen.asked).toEqual(['derive']);
    const swapped = provider({ key: () => ({ ref: { label: 'hsm-ec', spkiSha256: '0'.repeat(64) } }) });
    expect((await handle(goWrap({ demo: ['k2'] }, sampleOptions()), swapped)).stderr).toContain('ERR_KEY_CHANGED');
    const unpinned = { key: () => ({ ref: { label: 'hsm-ec' } }) };
    expect((await handle(goWrap({ demo: ['k2'] }, sampleOptions()), provider(unpinned))).stderr).toContain('nothing pins key');
    const allowed = provider({ ...unpinned, allowUnpinned: true });
    expect((await handle(goWrap({ demo: ['k2'] }, sampleOptions()), allowed)).exitCode).toBe(0);
  });

  it('writes one packet for all keys that were named, also when one is named twice', async () => {
    const packet = await packetFor(['k1', 'k2', 'k1']);
    expect(JSON.parse(utf8Text(packet)).kek.map(({ kid }: { kid: string }) => kid)).toEqual(['k1', 'k2']);
    const only = (kid: string) => provider({ key: (name) => (name === kid ? provider().key(name, {} as never) : undefined) });
    for (const kid of ['k1', 'k2']) expect((await handle(goUnwrap({}, packet), only(kid))).exitCode).toBe(0);
  });

  it('is told its own parameters only, and none of the keys and passwords of others', async () => {
    const plugin = provider();
    const others = { privkeys: ['-----BEGIN PRIVATE KEY-----'], 'privkeys-passwords': ['sekret'], demo2: ['theirs'] };
    const { stderr } = await handle(goUnwrap({ ...others, demo: ['mine', 'mine'] }, await packetFor(['k1'])), plugin);
    expect(stderr).toBe('');
    expect(plugin.seen.contexts.map(({ parameters }) => parameters)).toEqual([['mine']]);
    expect(JSON.stringify(plugin.seen.contexts)).not.toMatch(/sekret|theirs|PRIVATE/);
    const failed = await handle(goUnwrap({ ...others, demo: [''] }, await packetFor(['k1'])), plugin);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).not.toMatch(/sekret|theirs|PRIVATE|c2VrcmV0/);
  });

  it('understands ocicrypt-rs, and answers it in the one form that it reads', async () => {
    const plugin = provider({ results: 'numbers' });
    const options = utf8Text(sampleOptions());
    const { annotation } = JSON.parse((await handle(rustWrap({ demo: ['k1'] }, options), plugin)).stdout).keywrapresults;
    expect(annotation.every((byte: unknown) => typeof byte === 'number')).toBe(true);
    const { stdout } = await handle(goUnwrap({ demo: ['k1'] }, Uint8Array.from(annotation)), plugin);
    expect(JSON.parse(stdout).keyunwrapresults.optsdata).toEqual([...sampleOptions()]);
  });

  it('gives back the very bytes that were wrapped, whatever they are', async () => {
    const odd = utf8Bytes('{"symkey":"AA==", "digest":7}\n');
    const { stdout } = await handle(goWrap({ demo: ['k1'] }, odd), provider());
    const packet = base64Bytes(JSON.parse(stdout).keywrapresults.annotation);
    const { stdout: out } = await handle(goUnwrap({}, packet), provider());
    expect(base64Bytes(JSON.parse(out).keyunwrapresults.optsdata)).toEqual(odd);
  });

  it('wraps for its default keys when none is named, and refuses when there are none', async () => {
    for (const all of [{ demo: ['Enabled'] }, { other: ['k1'] }] as Record<string, string[]>[]) {
      const refused = await handle(goWrap(all, sampleOptions()), provider());
      expect(refused.stderr).toMatch(/^demo: no key is named: write provider:demo:<key>/);
      expect((await handle(goWrap(all, sampleOptions()), provider({ defaultKeys: () => ['k1'] }))).exitCode).toBe(0);
    }
  });

  it('writes an audit record with the layer before the contents are given out, and gives nothing out without it', async () => {
    const uses: KeyProviderUse[] = [];
    const packet = await packetFor(['k1']);
    const plugin = provider({ audit: (use) => void uses.push(use), clock: createTestClock() });
    expect((await handle(goUnwrap({}, packet), plugin)).exitCode).toBe(0);
    expect(uses).toEqual([
      {
        operation: 'keyunwrap',
        kids: ['k1'],
        layerDigest: `sha256:${'0'.repeat(64)}`,
        packetSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        at: Date.parse('2026-01-01T00:00:00Z'),
      },
    ]);
    const failing = provider({
      audit() {
        throw new SignError('ERR_STORE', 'the log is full');
      },
    });
    expect(await handle(goUnwrap({}, packet), failing)).toEqual({
      stdout: '',
      stderr: 'demo: the log is full (ERR_STORE)',
      exitCode: 1,
    });
  });
});

describe('a key provider over keys that people approve', () => {
  it('waits until its deadline, says which request waits, and a later run continues it', async () => {
    const people = askingBackend(software);
    const store = createMemoryStore();
    const plugin = provider({ store: () => store, timeoutMs: 5_000, clock: createTestClock() }, people.backend);
    const packet = await packetFor(['k1']);
    const pending = await handle(goUnwrap({}, packet), plugin);
    expect(pending.stderr).toMatch(/ERR_APPROVAL_PENDING\); request request-1; nobody has to approve again/);
    await people.approve();
    expect((await handle(goUnwrap({}, packet), plugin)).exitCode).toBe(0);
    expect(people.made()).toBe(1);
    expect(people.requests.size).toBe(0);
  });

  it('asks nobody when it has no place to remember requests', async () => {
    const people = askingBackend(software);
    const { stderr } = await handle(goUnwrap({}, await packetFor(['k1'])), provider({}, people.backend));
    expect(stderr).toContain('ERR_STORE');
    expect(people.made()).toBe(0);
  });
});

describe('every problem is one line and exit code 1', () => {
  const line = async (stdin: Uint8Array, plugin: KeyProviderPlugin = provider(), more: object = {}) => {
    const { stdout, stderr, exitCode } = await handle(stdin, plugin, more);
    expect({ stdout, exitCode, lines: stderr.split('\n').length }).toEqual({ stdout: '', exitCode: 1, lines: 1 });
    return stderr;
  };

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'ERR_MALFORMED'],
    ['no JSON', utf8Bytes('keywrap'), 'ERR_MALFORMED'],
    ['a list', utf8Bytes('[]'), 'ERR_MALFORMED'],
    ['an unknown op', utf8Bytes('{"op":"keysteal"}'), 'op is neither keywrap nor keyunwrap'],
    ['no parameters at all', utf8Bytes('{"op":"keywrap"}'), 'optsdata is missing'],
    ['no packet', utf8Bytes('{"op":"keyunwrap","keyunwrapparams":{"dc":null,"annotation":null}}'), 'annotation is missing'],
    ['a packet that is no base64', utf8Bytes('{"op":"keyunwrap","keyunwrapparams":{"annotation":"a b"}}'), 'ERR_MALFORMED'],
    ['op twice', utf8Bytes('{"op":"keywrap","op":"keyunwrap"}'), 'ERR_MALFORMED'],
    ['an unknown key', goWrap({ demo: ['k\u001b[31m9'] }, sampleOptions()), "this provider has no key 'k"],
    ['17 parameters', goWrap({ demo: Array(17).fill('k1') }, sampleOptions()), 'ERR_MALFORMED'],
    ['private options over the limit', goWrap({ demo: ['k1'] }, new Uint8Array(20_000)), 'ERR_LIMIT'],
    ['a request over the limit', new Uint8Array(1024 * 1024 + 1).fill(0x20), 'ERR_LIMIT'],
    [
      "another provider's packet",
      goUnwrap({}, utf8Bytes('{"key_url":"x","wrapped_key":"AA==","wrap_type":"AES"}')),
      'it is not one of this provider',
    ],
  ])('%s', async (_, stdin, expected) => {
    const plugin = provider();
    expect(await line(stdin, plugin)).toContain(expected);
    expect(plugin.seen.opened).toBe(0);
  });

  it('a packet for keys that are not served opens no backend, and the line names them', async () => {
    const packet = await packetFor(['k1']);
    const plugin = provider({ key: () => undefined });
    expect(await line(goUnwrap({ demo: ['k1'] }, packet), plugin)).toMatch(
      /the packet is for 'k1', and this provider has no key/,
    );
    expect(plugin.seen.opened).toBe(0);
  });

  it('a backend that hangs is given up at the deadline, and one that fails is closed', async () => {
    const packet = await packetFor(['k1']);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const hanging = provider({ timeoutMs: 5_000 }, { ...software, begin: () => new Promise(() => undefined) });
      const answer = line(goUnwrap({}, packet), hanging);
      await vi.waitFor(() => expect(hanging.seen.asked).toHaveLength(1));
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await answer).toBe('demo: the key provider gave up after 5000 ms (ERR_TIMEOUT)');
    } finally {
      vi.useRealTimers();
    }
    const down = provider({}, { ...software, begin: () => Promise.reject(new SignError('ERR_NETWORK', 'no route')) });
    expect(await line(goUnwrap({}, packet), down)).toBe(
      'demo: no route (ERR_NETWORK); check the address and that it can be reached',
    );
    expect(down.seen.closed).toBe(1);
  });

  it('errors that are none of ours are not quoted', async () => {
    const plugin = provider({ open: () => Promise.reject(new Error('password=sekret')) });
    expect(await line(goUnwrap({}, await packetFor(['k1'])), plugin)).toBe('demo: the provider failed');
  });

  it('a caller that has gone ends the wait', async () => {
    const signal = AbortSignal.abort(new DOMException('gone', 'AbortError'));
    expect(await line(goUnwrap({}, await packetFor(['k1'])), provider(), { signal })).toContain('nobody waits for the answer');
  });

  it('a method of a service that is called for something else', async () => {
    expect(await line(goUnwrap({}, await packetFor(['k1'])), provider(), { operation: 'keywrap' })).toContain(
      'ERR_INVALID_ARGUMENT',
    );
  });

  it('a deadline that is none', async () => {
    expect(await line(goUnwrap({}, await packetFor(['k1'])), provider({ timeoutMs: -1 }))).toContain('ERR_INVALID_ARGUMENT');
  });

  it('a provider whose name cannot stand in an annotation', async () => {
    expect(await line(goWrap({}, sampleOptions()), provider({ name: 'a:b' }))).toContain('ERR_INVALID_ARGUMENT');
  });
});
