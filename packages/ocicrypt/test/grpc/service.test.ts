import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { base64Bytes, createMemoryStore, derWrap, type KeyOperation, type SignError, utf8Bytes, utf8Text } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { pemText } from '@securosys/pki';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { ascii, craft, seq } from '../../../pki/test/craft.js';
import { testKey } from '../../../pki/test/issue.js';
import { decodeMessage, encodeMessage } from '../../src/grpc/message.js';
import { keyProviderService } from '../../src/grpc/service.js';
import { type KeyProviderService, type KeyProviderServiceOptions, serveKeyProviderGrpc } from '../../src/grpc.js';
import { packetWriter } from '../../src/packets/provider-recipient.js';
import type { KeyProviderPlugin } from '../../src/provider/key-provider.js';
import { askingBackend } from '../asking-backend.js';
import { goUnwrap, goWrap } from '../provider/requests.js';
import { sampleOptions } from '../recipients/vectors.js';

const folder = mkdtempSync(join(tmpdir(), 'provider-'));
const socket = join(folder, 'p.sock');
const running: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const software = createMemoryBackend();
const { ref, spki } = software.addKey({ label: 'k1', privateKey: rsaKey(), purpose: 'decrypt' });

/** What happened at the backend. */
function provider(own: Partial<KeyProviderPlugin> = {}) {
  const seen = { opened: 0, closed: 0, asked: [] as KeyOperation['kind'][] };
  const plugin: KeyProviderPlugin = {
    name: 'demo',
    key: (kid) => (kid === 'k1' ? { ref, publicKey: spki } : undefined),
    open() {
      seen.opened++;
      return {
        ...software,
        begin: async (operation) => {
          seen.asked.push(operation.kind);
          return software.begin(operation);
        },
        close: async () => void seen.closed++,
      };
    },
    ...own,
  };
  return { plugin, seen };
}

async function serve(plugin: KeyProviderPlugin, options: KeyProviderServiceOptions = { socket }): Promise<KeyProviderService> {
  const service = await serveKeyProviderGrpc(plugin, options);
  running.push(service);
  return service;
}

type Answer = (error: grpc.ServiceError | null, bytes?: Uint8Array) => void;

/** A client of the service, and a call that gives the JSON of the answer. */
function client(target: string, credentials = grpc.credentials.createInsecure()) {
  const Client = grpc.makeGenericClientConstructor(keyProviderService, 'KeyProviderService');
  const stub = new Client(target, credentials);
  running.push(stub);
  const methods = stub as unknown as Record<'WrapKey' | 'UnWrapKey', (bytes: Uint8Array, answer: Answer) => grpc.ClientUnaryCall>;
  return (method: 'WrapKey' | 'UnWrapKey', request: Uint8Array) =>
    new Promise<Record<string, Record<string, string>>>((resolve, reject) => {
      methods[method](request, (error, bytes) => (error ? reject(error) : resolve(JSON.parse(utf8Text(bytes as Uint8Array)))));
    });
}

/** Packets of an image that shares its content key, as `encryptImage` writes them. */
async function imagePackets(count: number): Promise<Uint8Array[]> {
  const writer = await packetWriter([{ kid: 'k1', spki }]);
  const packets = [];
  for (let n = 0; n < count; n++) packets.push(await writer.wrap(sampleOptions(n), {}));
  return packets;
}

describe('the gRPC service', () => {
  it('wraps and unwraps over a socket that only this user can reach', async () => {
    const { plugin, seen } = provider();
    const { target, close } = await serve(plugin);
    expect(target).toBe(`unix://${socket}`);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    const call = client(target);
    const { keywrapresults } = await call('WrapKey', goWrap({ demo: ['k1'] }, sampleOptions()));
    const { keyunwrapresults } = await call('UnWrapKey', goUnwrap({}, base64Bytes(keywrapresults?.annotation as string)));
    expect(base64Bytes(keyunwrapresults?.optsdata as string)).toEqual(sampleOptions());
    expect(seen).toEqual({ opened: 1, closed: 0, asked: ['decrypt'] });
    await close();
    expect(seen.closed).toBe(1);
  });

  it('opens the backend once for many calls, and an image that shares its content key by one use of the key', async () => {
    const { plugin, seen } = provider();
    const { target } = await serve(plugin);
    const call = client(target);
    const packets = await imagePackets(4);
    await Promise.all(packets.slice(0, 3).map((packet) => call('UnWrapKey', goUnwrap({}, packet))));
    await call('UnWrapKey', goUnwrap({}, packets[3] as Uint8Array));
    expect(seen).toMatchObject({ opened: 1, asked: ['decrypt'] });
    const [other] = await imagePackets(1);
    await call('UnWrapKey', goUnwrap({}, other as Uint8Array));
    expect(seen.asked).toHaveLength(2);
  });

  it('forgets what it unwrapped when the time for that is over', async () => {
    const { plugin, seen } = provider();
    const { target } = await serve(plugin, { socket, shareForMs: 0 });
    const call = client(target);
    const [first, second] = (await imagePackets(2)) as [Uint8Array, Uint8Array];
    await call('UnWrapKey', goUnwrap({}, first));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await call('UnWrapKey', goUnwrap({}, second));
    expect(seen.asked).toHaveLength(2);
  });

  it('answers problems with a status and the line of the command', async () => {
    const people = askingBackend(software);
    const store = createMemoryStore();
    const { plugin } = provider({ open: () => people.backend, store: () => store, timeoutMs: 0 });
    const { target } = await serve(plugin);
    const call = client(target);
    const [packet] = (await imagePackets(1)) as [Uint8Array];
    await expect(call('UnWrapKey', goUnwrap({}, packet))).rejects.toMatchObject({
      code: grpc.status.FAILED_PRECONDITION,
      details: expect.stringMatching(/^demo: .*ERR_APPROVAL_PENDING\); request request-1/),
    });
    const bad = { code: grpc.status.INVALID_ARGUMENT };
    await expect(call('WrapKey', goUnwrap({}, packet))).rejects.toMatchObject(bad);
    await expect(call('WrapKey', utf8Bytes('{'))).rejects.toMatchObject(bad);
    await expect(call('WrapKey', goWrap({ demo: ['k2'] }, sampleOptions()))).rejects.toMatchObject({
      code: grpc.status.NOT_FOUND,
    });
    await expect(call('WrapKey', new Uint8Array(2_000_000))).rejects.toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED });
  });

  it('over TCP wants a certificate of the client, from the issuer that was named', async () => {
    const san = { id: '2.5.29.17', value: seq(derWrap(0x82, ascii('localhost')), derWrap(0x87, Uint8Array.of(127, 0, 0, 1))) };
    const made = (name: string) => {
      const key = testKey('ec-p256', name);
      return {
        cert: pemText(craft({ key, extensions: [san] }), 'CERTIFICATE'),
        key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      };
    };
    const [server, known, stranger] = [made('server'), made('client'), made('stranger')];
    const { target } = await serve(provider().plugin, { port: 0, tls: { ...server, clientCa: known.cert } });
    const named = target.replace('127.0.0.1', 'localhost');
    const as = ({ cert, key }: { cert: string; key: string }) =>
      client(named, grpc.credentials.createSsl(Buffer.from(server.cert), Buffer.from(key), Buffer.from(cert)));
    const request = goWrap({ demo: ['k1'] }, sampleOptions());
    expect(await as(known)('WrapKey', request)).toHaveProperty('keywrapresults');
    await expect(as(stranger)('WrapKey', request)).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
    const bare = client(named, grpc.credentials.createSsl(Buffer.from(server.cert)));
    await expect(bare('WrapKey', request)).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
  });
});

describe('the gRPC service is not served', () => {
  const { plugin } = provider();
  const refused = (options: KeyProviderServiceOptions) =>
    serve(plugin, options).then(
      () => 'served',
      (error: SignError) => error.code,
    );

  it.each<[string, KeyProviderServiceOptions]>([
    ['nowhere', {}],
    ['in two places', { socket, port: 1 }],
    ['on a relative path', { socket: 'p.sock' }],
    ['on all addresses without TLS', { host: '0.0.0.0', port: 0, allowPlaintextLoopback: true }],
    ['on this machine without TLS, unless that is said', { port: 0 }],
    ['on no port', { port: 70_000, allowPlaintextLoopback: true }],
    ['with an option that is misspelt', { socket, tsl: {} } as KeyProviderServiceOptions],
  ])('%s', async (_, options) => {
    expect(await refused(options)).toBe('ERR_INVALID_ARGUMENT');
  });

  it('in a folder that others can enter, in the place of a file, or where another is served', async () => {
    const open = join(folder, 'open');
    mkdirSync(open, { mode: 0o755 });
    expect(await refused({ socket: join(open, 'p.sock') })).toBe('ERR_INVALID_ARGUMENT');
    writeFileSync(join(folder, 'file'), '');
    expect(await refused({ socket: join(folder, 'file') })).toBe('ERR_INVALID_ARGUMENT');
    await serve(plugin);
    expect(await refused({ socket })).toBe('ERR_CONFLICT');
  });

  it('but on a loopback port when that is said', async () => {
    const { target } = await serve(plugin, { port: 0, allowPlaintextLoopback: true });
    expect(await client(target)('WrapKey', goWrap({ demo: ['k1'] }, sampleOptions()))).toHaveProperty('keywrapresults');
  });
});

describe('a message of the service', () => {
  it('of any length is read as it was written, and nothing else is one', () => {
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 300_000]) {
      const bytes = new Uint8Array(length).fill(7);
      expect(Buffer.from(bytes).equals(decodeMessage(encodeMessage(bytes)))).toBe(true);
    }
    // As protoc writes it: field 1, wire type 2, a length of 150 in two bytes.
    expect([...encodeMessage(new Uint8Array(150)).subarray(0, 3)]).toEqual([0x0a, 0x96, 0x01]);
    for (const bad of [[], [0x0a], [0x0a, 1], [0x0a, 0, 0], [0x12, 0], [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 1]])
      expect(() => decodeMessage(Uint8Array.from(bad))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });
});
