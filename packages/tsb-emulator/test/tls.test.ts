import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { isEmulated, parseCertificate, pemBytes } from '@securosys/pki';
import { afterEach, describe, expect, it } from 'vitest';
import { startTsbEmulator, type TsbEmulator, type TsbEmulatorOptions } from '../src/index.js';

let emulator: TsbEmulator | undefined;
afterEach(async () => {
  await emulator?.close();
  emulator = undefined;
});

async function start(tls: TsbEmulatorOptions['tls']): Promise<TsbEmulator> {
  emulator = await startTsbEmulator({ banner: () => undefined, ...(tls !== undefined && { tls }) });
  return emulator;
}

/** HTTP status of a call with exactly this TLS. */
function call({ url, token }: TsbEmulator, tls: { ca?: string; cert?: string; key?: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const sent = request(`${url}/v1/versionInfo`, { headers, agent: false, ...tls }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the port over TLS', () => {
  it('shows a chain of its own, which a client trusts by its root only', async () => {
    const own = await start(true);
    const { ca = '' } = own.tls;
    expect(own.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await call(own, { ca })).toBe(200);
    await expect(call(own, {})).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(new X509Certificate(ca).ca).toBe(true);
    expect(isEmulated(parseCertificate(pemBytes(ca, 'CERTIFICATE')[0]!))).toBe(true);
  });

  it('asks for a client certificate and takes the one that it gave out', async () => {
    const own = await start({ clientAuth: 'need' });
    const { ca = '', clientCertificate = '', clientPrivateKey = '' } = own.tls;
    expect(await call(own, { ca, cert: clientCertificate, key: clientPrivateKey })).toBe(200);
    await expect(call(own, { ca })).rejects.toThrow();
    const other = (await startAnother()).tls;
    const foreign = { cert: other.clientCertificate ?? '', key: other.clientPrivateKey ?? '' };
    await expect(call(own, { ca, ...foreign })).rejects.toThrow();
  });

  it('under `want` takes none or a valid one, and no other', async () => {
    const other = await startAnother();
    const own = await start({ clientAuth: 'want' });
    const { ca = '', clientCertificate = '', clientPrivateKey = '' } = own.tls;
    expect(await call(own, { ca })).toBe(200);
    expect(await call(own, { ca, cert: clientCertificate, key: clientPrivateKey })).toBe(200);
    const foreign = { cert: other.tls.clientCertificate ?? '', key: other.tls.clientPrivateKey ?? '' };
    await expect(call(own, { ca, ...foreign })).rejects.toThrow();
  });

  it('uses what it is given, and makes nothing then', async () => {
    const made = await startAnother();
    const own = await start({
      certificate: made.tls.clientCertificate ?? '',
      privateKey: made.tls.clientPrivateKey ?? '',
      clientCa: made.tls.ca ?? '',
      clientAuth: 'need',
    });
    expect(own.tls).toEqual({});
  });

  it.each([{ certificate: 'x' }, { privateKey: 'x' }, { clientAuth: 'always' }, { cert: 'x' }])('refuses %j', async (tls) => {
    await expect(start(tls as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('is plain http by default', async () => {
    const own = await start(undefined);
    expect(own.url).toMatch(/^http:/);
    expect(own.tls).toEqual({});
  });
});

/** Another emulator's certificates; it is closed at once. */
async function startAnother(): Promise<TsbEmulator> {
  const other = await startTsbEmulator({ banner: () => undefined, tls: { clientAuth: 'need' } });
  await other.close();
  return other;
}
