import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Text } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifySignatureRequest } from '../../src/index.js';
import { createPluginHost } from '../../src/plugin-host.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugins-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
/** A plugin that is a shell script. */
function script(body: string, name = `p${++made}`): string {
  const own = join(folder, 'plugins', name);
  mkdirSync(own, { recursive: true });
  const path = join(own, `notation-${name}`);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return name;
}

const metadata = (name: string, more: object = {}) =>
  JSON.stringify({
    name,
    description: 'd',
    version: '1.0.0',
    url: 'https://example.com',
    supportedContractVersions: ['1.0'],
    capabilities: ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY'],
    ...more,
  });
const printing = (text: string) => `cat >/dev/null; cat <<'END'\n${text}\nEND`;
const request: VerifySignatureRequest = {
  contractVersion: '1.0',
  signature: {
    criticalAttributes: {
      contentType: 'application/vnd.cncf.notary.payload.v1+json',
      signingScheme: 'notary.x509',
      expiry: Date.UTC(2027, 0),
    },
    unprocessedAttributes: ['com.example.a'],
    certificateChain: [Uint8Array.of(1, 2, 3)],
  },
  trustPolicy: { trustedIdentities: ['*'], signatureVerification: ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY'] },
};
const host = (more: object = {}) => createPluginHost({ folder, timeoutMs: 20_000, ...more });
async function found(name: string, more: object = {}) {
  const plugin = await host(more).find(name);
  if (!plugin) throw new Error('the plugin is there');
  return plugin;
}

describe.skipIf(process.platform === 'win32')('verification plugins of others', () => {
  it('answer what they are asked, with one word as argument, in their own folder and without our secrets', async () => {
    process.env.SOMEBODYS_TOKEN = 'secret';
    const name = script('');
    const log = join(folder, 'log');
    script(`{ echo "$# $1"; pwd; env; } >'${log}'; ${printing(metadata(name))}`, name);
    const { version } = await (await found(name)).metadata();
    delete process.env.SOMEBODYS_TOKEN;
    expect(version).toBe('1.0.0');
    const [words, where, ...environment] = readFileSync(log, 'utf8').split('\n');
    expect(words).toBe('1 get-plugin-metadata');
    expect(where).toBe(join(folder, 'plugins', name));
    expect(environment.join('\n')).not.toContain('SOMEBODYS_TOKEN');
  });

  it('get the request in the form of the contract', async () => {
    const log = join(folder, 'request');
    const answer = {
      verificationResults: { 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY': { success: true } },
      processedAttributes: ['com.example.a'],
    };
    const name = script(`cat >'${log}'; cat <<'END'\n${JSON.stringify(answer)}\nEND`);
    expect(await (await found(name, { pluginConfig: { a: 'b' } })).verifySignature(request)).toEqual(answer);
    expect(readFileSync(log, 'utf8')).toBe(
      JSON.stringify({
        contractVersion: '1.0',
        signature: {
          criticalAttributes: {
            contentType: 'application/vnd.cncf.notary.payload.v1+json',
            signingScheme: 'notary.x509',
            expiry: '2027-01-01T00:00:00Z',
          },
          unprocessedAttributes: ['com.example.a'],
          certificateChain: [base64Text(Uint8Array.of(1, 2, 3))],
        },
        trustPolicy: { trustedIdentities: ['*'], signatureVerification: ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY'] },
        pluginConfig: { a: 'b' },
      }),
    );
  });

  it.each(['../../x', 'a/b', 'a;b', '-rf', '', '.', 'a..b', 'a b', 'ä', 'x'.repeat(129), 'a\n'])(
    'may not be called %j (S28)',
    async (name) => {
      await expect(host().find(name)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    },
  );

  it('are looked for in an absolute folder only', () => {
    expect(() => createPluginHost({ folder: 'plugins' })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('that are not there are undefined, also when PATH has a program of that name', async () => {
    expect(await host().find('nobody')).toBeUndefined();
  });

  it('behind links, not executable, or writable by everybody are refused', async () => {
    const name = script('true');
    symlinkSync(join(folder, 'plugins', name), join(folder, 'plugins', 'linked'));
    await expect(host().find('linked')).rejects.toMatchObject({ code: 'ERR_STORE' });
    const file = script('true');
    const path = join(folder, 'plugins', file, `notation-${file}`);
    chmodSync(path, 0o757);
    await expect(host().find(file)).rejects.toMatchObject({ code: 'ERR_STORE' });
    chmodSync(path, 0o644);
    await expect(host().find(file)).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it.each([
    ['text before the answer', (name: string) => `echo hello; ${printing(metadata(name))}`],
    ['a second answer', (name: string) => `${printing(metadata(name))}; ${printing(metadata(name))}`],
    ['nothing', () => 'true'],
    ['another name than that of the file', () => printing(metadata('other'))],
    ['another contract version', (name: string) => printing(metadata(name, { supportedContractVersions: ['2.0'] }))],
    ['no capabilities', (name: string) => printing(metadata(name, { capabilities: [] }))],
    ['an error that is none', () => 'echo no >&2; exit 1'],
  ])('that answer with %s have no answer', async (_, body) => {
    const name = script('');
    script(body(name), name);
    await expect((await found(name)).metadata()).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('that fail say why, in text that is safe to show (S11)', async () => {
    const name = script(`printf '{"errorCode":"ACCESS_DENIED","errorMessage":"\\\\u001b[2Jgone"}' >&2; exit 1`);
    const error = await (await found(name)).metadata().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_REQUEST_FAILED', details: { upstreamName: 'ACCESS_DENIED' } });
    expect(String(error)).not.toContain('\u001b');
  });

  it.each([
    ['without the verdict that was asked for', {}],
    ['that is no boolean', { 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY': { success: 'true' } }],
    ['of failure without a reason', { 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY': { success: false } }],
    [
      'on something that nobody asked for',
      { 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY': { success: true }, 'SIGNATURE_VERIFIER.REVOCATION_CHECK': { success: true } },
    ],
  ])('with an answer %s are not believed', async (_, verificationResults) => {
    const name = script(printing(JSON.stringify({ verificationResults, processedAttributes: [] })));
    await expect((await found(name)).verifySignature(request)).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('in a folder where everybody may put another in their place are refused', async () => {
    const name = script(printing('{}'));
    chmodSync(join(folder, 'plugins'), 0o777);
    await expect(host().find(name)).rejects.toMatchObject({ code: 'ERR_STORE' });
    chmodSync(join(folder, 'plugins'), 0o755);
    expect(await host().find(name)).toBeDefined();
  });

  it('that leave a process behind which holds their output do not hold us', async () => {
    const name = script('');
    script(`sleep 3 & ${printing(metadata(name))}`, name);
    const begun = Date.now();
    await expect((await found(name, { timeoutMs: 250 })).metadata()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(Date.now() - begun).toBeLessThan(2_500);
  });

  it('are ended when they take too long, say too much, or nobody waits any more', async () => {
    const slow = script('sleep 30');
    await expect((await found(slow, { timeoutMs: 100 })).metadata()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    const loud = script('yes');
    await expect((await found(loud, { maxOutputBytes: 10_000 })).metadata()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    const stop = new AbortController();
    const waiting = (await found(slow)).metadata({ signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
