import { spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base64Bytes, base64Text, type Fetch, type JsonObject, sha256Hex, spkiOf, utf8Bytes, utf8Text } from '@securosys/core';
import { handleKeyProvider } from '@securosys/ocicrypt';
import { pemText } from '@securosys/pki';
import { connectTsb } from '@securosys/sign';
import { type ReadRecord, readAuditLog } from '@securosys/sign/audit';
import { createFakeTsb, createSentinel, expectNoSecret, startFakeTsb, type TestTsb } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import type { BackendFactory } from '../src/backends/backends.js';
import { readCommandLine } from '../src/ocicrypt/command-line.js';
import { loadProvider } from '../src/ocicrypt/load-provider.js';
import { serviceOptions } from '../src/ocicrypt/serve.js';

const program = fileURLToPath(new URL('../dist/ocicrypt-securosys.cjs', import.meta.url));
const optsdata = utf8Bytes(
  JSON.stringify({ symkey: 'c2VjcmV0', digest: `sha256:${'ab'.repeat(32)}`, cipheroptions: { nonce: 'AAAA' } }),
);
const decrypting = { privateKey: rsaKey(), attributes: { sign: false, decrypt: true } };
const spki = spkiOf(createPublicKey(rsaKey()));
const spkiSha256 = sha256Hex(spki);

let folder: string;
let tsb: TestTsb;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocicrypt-'));
  tsb = createFakeTsb({ attestationKey: rsaKey() });
  await tsb.addKey({ label: 'layers', ...decrypting });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let calls = 0;
const counted: Fetch = (...request) => {
  calls++;
  return tsb.fetch(...request);
};
const backends: Record<string, BackendFactory> = {
  tsb: async (settings, { keyPassword }) => {
    const { url, auth } = await settings.tsb();
    return connectTsb({ url, auth, fetch: counted, ...(keyPassword && { keyPassword }) });
  },
};

let homes = 0;
function home(config?: JsonObject): Record<string, string> {
  const root = join(folder, `home-${homes++}`);
  const own = join(root, 'securosys', 'ocicrypt');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  if (config) writeFileSync(join(own, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  return { XDG_CONFIG_HOME: root };
}
const usual = (change: JsonObject = {}): JsonObject => ({
  restApi: tsb.url,
  token: tsb.token,
  keys: { layers: { spkiSha256 } },
  ...change,
});
const load = (env: Record<string, string>, ...args: string[]) =>
  loadProvider(readCommandLine(args), {
    env,
    args,
    startedAs: '/opt/ocicrypt-securosys',
    programFile: '/opt/ocicrypt-securosys',
    backends,
  });

const parameters = (name: string, label: string) => ({
  Parameters: { [name]: [base64Text(utf8Bytes(label))], privkeys: ['b3RoZXI='] },
});
const wrapRequest = (name: string, label: string) => ({
  op: 'keywrap',
  keywrapparams: { ec: { ...parameters(name, label), DecryptConfig: { Parameters: {} } }, optsdata: base64Text(optsdata) },
  keyunwrapparams: { dc: null, annotation: null },
});
const unwrapRequest = (name: string, label: string, annotation: string) => ({
  op: 'keyunwrap',
  keywrapparams: { ec: null, optsdata: null },
  keyunwrapparams: { dc: parameters(name, label), annotation },
});

async function ask(env: Record<string, string>, request: object, ...args: string[]) {
  return handleKeyProvider({ stdin: utf8Bytes(JSON.stringify(request)), env }, await load(env, ...args));
}
async function wrapped(env: Record<string, string>, name: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await ask(env, wrapRequest(name, 'layers'), ...args);
  expect(stderr).toBe('');
  return JSON.parse(stdout).keywrapresults.annotation;
}
async function recordsOf(log: string) {
  const records: ReadRecord[] = [];
  for await (const record of readAuditLog(log)) records.push(record);
  return records;
}
const opened = { keyunwrapresults: { optsdata: base64Text(optsdata) } };

describe('the provider of a configuration', () => {
  it('opens what it wrapped, and notes the packet with the digest of its layer (S15)', async () => {
    const env = home(usual());
    const { stdout } = await ask(env, unwrapRequest('securosys', 'layers', await wrapped(env, 'securosys')));
    expect(JSON.parse(stdout)).toEqual(opened);
    const audit = readFileSync(join(env.XDG_CONFIG_HOME as string, 'securosys/ocicrypt/audit.jsonl'), 'utf8');
    expect(JSON.parse(audit)).toMatchObject({
      operation: 'keyunwrap',
      kids: ['layers'],
      layerDigest: `sha256:${'ab'.repeat(32)}`,
    });
    expect(audit).not.toContain('c2VjcmV0');
  });

  it('writes each use of a key to the audit log of its configuration, before and after, and each packet that it opened', async () => {
    const auditLog = join(folder, 'log');
    const env = home(usual({ auditLog }));
    const packet = await wrapped(env, 'securosys');
    expect(JSON.parse((await ask(env, unwrapRequest('securosys', 'layers', packet))).stdout)).toEqual(opened);
    const records = await recordsOf(auditLog);
    expect(records.map(({ kind }) => kind)).toEqual(['file', 'intent', 'outcome', 'unwrap']);
    const [, intent, outcome, unwrap] = records.map(({ members }) => members);
    expect(intent).toMatchObject({ purpose: 'decrypt', key: { spkiSha256 }, facts: { details: { key: 'layers' } } });
    expect(outcome).toMatchObject({ purpose: 'decrypt', result: 'decrypted', intent: 1 });
    expect(unwrap).toMatchObject({ kids: ['layers'], layerDigest: `sha256:${'ab'.repeat(32)}` });
    expect(JSON.stringify(records)).not.toContain('c2VjcmV0');
    expect(existsSync(join(env.XDG_CONFIG_HOME as string, 'securosys/ocicrypt/audit.jsonl'))).toBe(false);
  });

  it('obeys the signing policy of its configuration: nothing is opened that no rule about decryptions allows', async () => {
    const auditLog = join(folder, 'refusals');
    const policy = (rules: string) => {
      const signingPolicy = join(folder, 'policy.yaml');
      writeFileSync(signingPolicy, `version: 1\nrules: [${rules}]\n`, { mode: 0o600 });
      return usual({ signingPolicy, auditLog });
    };
    const packet = await wrapped(home(usual()), 'securosys');
    const asked = tsb.requests.length;
    const unwrap = (config: JsonObject) => ask(home(config), unwrapRequest('securosys', 'layers', packet));
    const silent = await unwrap(policy('{ name: all, require: {} }'));
    expect(silent).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('purposes: [decrypt]') });
    const unknown = await unwrap(policy('{ name: trusted, purposes: [decrypt], require: { requireTrusted: true } }'));
    expect(unknown.stderr).toContain("rule 'trusted'");
    expect(tsb.requests).toHaveLength(asked);
    const allowed = await unwrap(
      policy(`{ name: deploy, purposes: [decrypt], require: { keys: [{ spkiSha256: ${spkiSha256} }] } }`),
    );
    expect(JSON.parse(allowed.stdout)).toEqual(opened);
    const results = (await recordsOf(auditLog)).flatMap(({ members: { result, error } }) => (result ? [[result, error]] : []));
    expect(results).toMatchObject([
      ['refused', { code: 'ERR_VETOED' }],
      ['refused', { code: 'ERR_VETOED', rule: 'trusted' }],
      ['decrypted', undefined],
    ]);
  });

  it('wraps for a public key in a file without asking anybody', async () => {
    const file = join(folder, 'layers.pem');
    writeFileSync(file, pemText(spki, 'PUBLIC KEY'));
    calls = 0;
    await wrapped(home(usual({ keys: { layers: { publicKey: file } } })), 'securosys');
    expect(calls).toBe(0);
  });

  it('serves the keys that it lists, and no others (S15)', async () => {
    const { stderr, exitCode } = await ask(home(usual()), wrapRequest('securosys', 'another'));
    expect({ stderr, exitCode }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ERR_KEY_NOT_FOUND') });
  });

  it('a key that is another one than its pin gets no image (S7)', async () => {
    const { stderr } = await ask(
      home(usual({ keys: { layers: { spkiSha256: 'ab'.repeat(32) } } })),
      wrapRequest('securosys', 'layers'),
    );
    expect(stderr).toContain('ERR_KEY_CHANGED');
  });

  it('is refused without a pin, with a member that nobody knows, or with a relative path (S7, S28)', async () => {
    const wrong: JsonObject[] = [
      { keys: { layers: {} } },
      { keys: {} },
      { keys: { layers: { spkiSha256: 'AB' } } },
      { keys: { layers: { spkiSha256, algorithm: 'RSA' } } },
      { keys: { layers: { spkiSha256, pin: '1234' } } },
      { keys: { layers: { publicKey: 'layers.pem' } } },
      { stateFolder: 'state' },
      { defaultKeys: ['another'] },
      { timeoutMs: -1 },
      { allowUnpinned: true },
    ];
    for (const change of wrong)
      await expect(load(home(usual(change))), JSON.stringify(change)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('takes its name from ocicrypt.conf, where exactly one entry starts it like this', async () => {
    const conf = join(folder, 'ocicrypt.conf');
    const cmd = (path: string, ...args: string[]) => ({ cmd: { path, args } });
    const providers = { ours: cmd('/opt/ocicrypt-securosys'), other: cmd('/opt/other'), more: cmd('ocicrypt-securosys', '--x') };
    writeFileSync(conf, JSON.stringify({ 'key-providers': providers }));
    const env = { ...home(usual()), OCICRYPT_KEYPROVIDER_CONFIG: conf };
    expect(await load(env)).toMatchObject({ name: 'ours' });
    expect(await load(env, '--name', 'said')).toMatchObject({ name: 'said' });
    expect(await load(home(usual()))).toMatchObject({ name: 'securosys' });
  });
});

describe('a symmetric key of a TSB', () => {
  const password = createSentinel('password');
  const made = async (label: string) => {
    await tsb.addKey({ label, spec: 'aes-256', password, attributes: { sign: false, decrypt: true } });
    const backend = connectTsb({
      url: tsb.url,
      auth: { type: 'token', token: tsb.token },
      fetch: tsb.fetch,
      keyPassword: async () => password,
    });
    const { ref } = await backend.describeSymmetricKey({ label });
    await backend.close();
    return { checkSha256: ref.checkSha256 as string, algorithm: 'A256GCMKW', passwordEnv: 'AES_PASSWORD' };
  };

  it('wraps and unwraps in the HSM, where the configuration names its algorithm and its check value', async () => {
    const keys = { layers: { label: 'sealing', ...(await made('sealing')) } };
    const env = { ...home(usual({ keys })), AES_PASSWORD: password };
    const annotation = await wrapped(env, 'securosys');
    expect(JSON.parse(utf8Text(base64Bytes(annotation)))).toMatchObject({ v: 2, kek: [{ kid: 'layers', alg: 'A256GCMKW' }] });
    const { stdout } = await ask(env, unwrapRequest('securosys', 'layers', annotation));
    expect(JSON.parse(stdout)).toEqual(opened);
    const said = await expectNoSecret({ password }, () =>
      ask({ ...env, AES_PASSWORD: `${password}x` }, unwrapRequest('securosys', 'layers', annotation)),
    );
    expect(said.value).toMatchObject({ exitCode: 1, stdout: '' });
  });

  it('that another has taken the place of gets no image (S7), and one that nothing pins is no key of a provider', async () => {
    const first = await made('first');
    const env = { ...home(usual({ keys: { layers: { ...first, label: 'second' } } })), AES_PASSWORD: password };
    await made('second');
    expect((await ask(env, wrapRequest('securosys', 'layers'))).stderr).toContain('ERR_KEY_CHANGED');
    const refused = (key: JsonObject) => expect(load(home(usual({ keys: { layers: key } })))).rejects;
    await refused({ algorithm: 'A256GCMKW' }).toThrow(/has no checkSha256/);
    await refused({ ...first, spkiSha256 }).toThrow(/is a symmetric key/);
    await refused({ ...first, algorithm: 'RSA-OAEP' }).toThrow(/checkSha256 is for keys with the algorithm A256GCMKW/);
    await refused({ ...first, checkSha256: 'AB'.repeat(32) }).toThrow(/64 hexadecimal digits in lower case/);
  });
});

describe('arguments in the style of the closed plugin', () => {
  const args = () => ['-cipher-algorithm RSA', `-tsb-api-endpoint ${tsb.url}`, '-auth TOKEN', `-token ${tsb.token}`];

  it('wrap and unwrap with the key that the caller names, under the name that the closed plugin has', async () => {
    const env = home();
    const annotation = await wrapped(env, 'skopeo-securosys', ...args());
    const { stdout } = await ask(env, unwrapRequest('skopeo-securosys', 'layers', annotation), ...args());
    expect(JSON.parse(stdout)).toEqual(opened);
    const refused = await ask(env, unwrapRequest('skopeo-securosys', 'another', annotation), ...args());
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ERR_KEY_NOT_FOUND') });
  });

  it('a key that another has taken the place of since its first use gets no image (S7)', async () => {
    const env = home();
    await wrapped(env, 'skopeo-securosys', ...args());
    const seen = join(env.XDG_CONFIG_HOME as string, 'securosys/ocicrypt/seen');
    const name = sha256Hex(utf8Bytes(JSON.stringify([tsb.url, 'layers'])));
    expect(readFileSync(join(seen, `${name}.txt`), 'utf8')).toBe(`${spkiSha256}\n`);
    writeFileSync(join(seen, `${name}.txt`), 'ab'.repeat(32), { mode: 0o600 });
    const { stderr } = await ask(env, wrapRequest('skopeo-securosys', 'layers'), ...args());
    expect(stderr).toContain('ERR_KEY_CHANGED');
  });

  it('a flag and its value stand in one element or in two, and nothing of a wrong one is quoted (S38)', async () => {
    const vendor = { token: 'a b', auth: 'TOKEN' };
    expect(readCommandLine(['-token a b', '-auth', 'TOKEN']).vendor).toEqual(vendor);
    expect(readCommandLine(['--token=a b', '-auth=TOKEN']).vendor).toEqual(vendor);
    const secret = createSentinel('token');
    for (const wrong of [[`-tokn ${secret}`], [secret], ['-token', 'x', secret], [`--help=${secret}`], [`-${secret}`]]) {
      let message = '';
      try {
        readCommandLine(wrong);
      } catch (error) {
        message = String(error);
      }
      expect(message).not.toBe('');
      expect(message).not.toContain(secret);
    }
  });

  it('are no configuration of a service, whose callers are others (S15)', async () => {
    await expect(load(home(), 'serve', ...args())).rejects.toThrow(/give --config/);
    await expect(load(home(usual()), '--config', '/c.json', ...args())).rejects.toThrow(/give --config, or/);
  });
});

describe('secrets (S37)', () => {
  const token = createSentinel('token');
  const password = createSentinel('password');
  const operation = createSentinel('operation-token');
  const layerKey = createSentinel('layer-key');
  const others = createSentinel('key-of-another');
  const secrets = { password, operation, layerKey, others };
  const secretOptions = base64Text(utf8Bytes(JSON.stringify({ symkey: layerKey })));

  /** Requests in which secrets of others stand beside our own. */
  function asking<T extends { readonly keywrapparams: object; readonly keyunwrapparams: object }>(request: T): object {
    const beside = { Parameters: { securosys: [base64Text(utf8Bytes('guarded'))], privkeys: [base64Text(utf8Bytes(others))] } };
    const wrapping = 'optsdata' in request.keywrapparams && request.keywrapparams.optsdata !== null;
    return wrapping
      ? { ...request, keywrapparams: { ec: beside, optsdata: secretOptions } }
      : { ...request, keyunwrapparams: { ...request.keyunwrapparams, dc: beside } };
  }

  function world(change: JsonObject = {}) {
    const stateFolder = join(folder, `state-${homes++}`);
    mkdirSync(stateFolder, { mode: 0o700 });
    const keys = { guarded: { spkiSha256, passwordEnv: 'LAYERS_PASSWORD' } };
    const config = usual({ keys, stateFolder, apiKeys: { KeyOperationToken: [operation] }, ...change });
    return { stateFolder, env: { ...home(config), LAYERS_PASSWORD: password } };
  }

  it('of the configuration, of the layer and of other recipients stay out of what is said, noted and thrown', async () => {
    await tsb.addKey({ label: 'guarded', ...decrypting, password });
    const { env, stateFolder } = world();
    const wrap = asking(wrapRequest('securosys', 'guarded'));
    const packet = await expectNoSecret(secrets, () => ask(env, wrap), { folder: stateFolder });
    expect(packet.value?.stderr).toBe('');
    const { annotation } = JSON.parse(packet.value?.stdout as string).keywrapresults;
    const unwrap = asking(unwrapRequest('securosys', 'guarded', annotation));
    const said = await expectNoSecret(
      secrets,
      async () => {
        const { stdout, stderr } = await ask(env, unwrap);
        // The answer itself is for the caller.
        return { stderr, opened: JSON.parse(stdout).keyunwrapresults.optsdata === secretOptions };
      },
      { folder: stateFolder },
    );
    expect(said.value).toEqual({ stderr: '', opened: true });
    expect(existsSync(join(stateFolder, 'audit.jsonl'))).toBe(true);
  });

  it('stay out of refusals: of a token, of a password, of a packet that was changed', async () => {
    const { env } = world();
    const { stdout } = await ask(env, asking(wrapRequest('securosys', 'guarded')));
    const { annotation } = JSON.parse(stdout).keywrapresults;
    const unwrap = asking(unwrapRequest('securosys', 'guarded', annotation));
    for (const refusing of [world({ token }).env, { ...env, LAYERS_PASSWORD: `${password}x` }]) {
      const refused = await expectNoSecret({ ...secrets, token }, () => ask(refusing, unwrap));
      expect(refused.value).toMatchObject({ exitCode: 1, stdout: '' });
    }
  });

  it('a flipped bit says the same wherever it stands: who can tell is an oracle (S16)', async () => {
    const env = home(usual());
    const packet = JSON.parse(utf8Text(base64Bytes(await wrapped(env, 'securosys'))));
    const flipped = (text: string) => {
      const bytes = base64Bytes(text);
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
      return base64Text(bytes);
    };
    const [entry] = packet.kek;
    const changed = [
      { ...packet, ct: flipped(packet.ct) },
      { ...packet, tag: flipped(packet.tag) },
      { ...packet, kek: [{ ...entry, ek: flipped(entry.ek) }] },
    ];
    const lines = new Set<string>();
    for (const one of changed) {
      const annotation = base64Text(utf8Bytes(JSON.stringify(one)));
      lines.add((await ask(env, unwrapRequest('securosys', 'layers', annotation))).stderr);
    }
    expect([...lines]).toEqual([
      expect.stringMatching(/^securosys: the packet does not open with this key \(ERR_REQUEST_FAILED\)$/),
    ]);
  });
});

describe('the service', () => {
  it('has a socket by an absolute path, or a port with all that mutual TLS needs', async () => {
    expect(await serviceOptions({ socket: '/run/x/p.sock', 'share-ms': '5' })).toEqual({
      socket: '/run/x/p.sock',
      shareForMs: 5,
    });
    await expect(serviceOptions({ socket: 'p.sock' })).rejects.toThrow(/absolute/);
    await expect(serviceOptions({ port: '443', cert: '/c.pem' })).rejects.toThrow(/--client-ca/);
    expect(() => readCommandLine(['--socket', '/p.sock'])).toThrow(/for serve/);
  });
});

describe.each([
  ['with its parts beside it', program],
  ['in one file', program.replace(/\.cjs$/, '')],
])('the executable %s', (_, path) => {
  it('answers ocicrypt on stdout, and says each problem in one line with exit code 1', async () => {
    const started = await startFakeTsb({ attestationKey: rsaKey() });
    try {
      await started.addKey({ label: 'layers', ...decrypting });
      const env = home(usual({ restApi: started.url, token: started.token }));
      const annotation = await run(env, wrapRequest('securosys', 'layers'));
      const packet = JSON.parse(annotation.stdout).keywrapresults.annotation;
      expect(JSON.parse((await run(env, unwrapRequest('securosys', 'layers', packet))).stdout)).toEqual(opened);
      const failed = await run(env, { op: 'keyshred' });
      expect(failed).toMatchObject({
        stdout: '',
        code: 1,
        stderr: expect.stringMatching(/^securosys: [^\n]*ERR_MALFORMED[^\n]*\n$/),
      });
      const unset = await run(home(), {});
      expect(unset).toMatchObject({
        stdout: '',
        code: 1,
        stderr: expect.stringMatching(/^ocicrypt-securosys: there is no conf[^\n]*\n$/),
      });
    } finally {
      await started.close();
    }
  });

  const run = (env: Record<string, string>, request: object) =>
    new Promise<{ stdout: string; stderr: string; code: number | null }>((resolve) => {
      const child = spawn(process.execPath, [path], { env: { PATH: process.env.PATH, ...env } });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (text) => (stdout += text));
      child.stderr.on('data', (text) => (stderr += text));
      child.on('close', (code) => resolve({ stdout, stderr, code }));
      child.stdin.on('error', () => undefined);
      child.stdin.end(JSON.stringify(request));
    });
});
