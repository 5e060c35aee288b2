import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRunningClock, startFakeTsb } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { connectTsb } from '../src/backends/connect-tsb.js';
import { tsbSettingsOf } from '../src/backends/tsb-settings.js';
import { createLeanFetch } from '../src/http/lean-fetch.js';

async function withServer<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const connected = async (url: string) => connectTsb(await tsbSettingsOf({ restApi: url, token: 'a-token' }, {}), { app: 'test' });

describe('the transport of programs that live for one call', () => {
  it('reaches a TSB on a real port: describes a key, and signs', async () => {
    const tsb = await startFakeTsb({ clock: createRunningClock(), attestationKey: rsaKey(), banner: () => undefined });
    await tsb.addKey({ label: 'release', spec: 'ec-p256' });
    const settings = await tsbSettingsOf({ restApi: tsb.url, token: String(tsb.token) }, {});
    const backend = connectTsb(settings, { app: 'test' });
    const { ref, spec } = await backend.describeKey({ label: 'release' });
    const input = { message: Uint8Array.of(1, 2, 3) };
    const begun = await backend.begin({ kind: 'sign', key: ref, algorithm: 'ecdsa-sha256', input });
    expect(spec).toBe('ec-p256');
    expect('done' in begun && begun.done.byteLength).toBe(64);
    await backend.close();
    await tsb.close();
  });

  it('follows no redirect: the token goes nowhere else (S25)', async () => {
    let others = 0;
    await withServer(
      (_, response) => {
        others++;
        response.end('{}');
      },
      async (elsewhere) =>
        withServer(
          (_, response) => response.writeHead(307, { location: elsewhere }).end(),
          async (url) => {
            const backend = await connected(url);
            await expect(backend.describeKey({ label: 'x' })).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
            await backend.close();
          },
        ),
    );
    expect(others).toBe(0);
  });

  it('says that nobody is there', async () => {
    const url = await withServer(
      () => undefined,
      async (gone) => gone,
    );
    const backend = await connected(url);
    await expect(backend.describeKey({ label: 'x' }, { timeoutMs: 500 })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(?:NETWORK|TIMEOUT)$/),
    });
    await backend.close();
  });

  it('gives a body whole, however it comes, and no end to one that was cut off', async () => {
    const piece = Buffer.alloc(100_000, 'x');
    await withServer(
      async ({ url }, response) => {
        response.writeHead(200, { 'content-length': String(4 * piece.byteLength) });
        for (let sent = 0; sent < (url === '/whole' ? 4 : 2); sent++) await new Promise((done) => response.write(piece, done));
        if (url === '/cut') response.destroy();
        if (url === '/whole') response.end();
      },
      async (url) => {
        const { fetch, close } = createLeanFetch({});
        const read = async (path: string, signal?: AbortSignal) => {
          const reader = (
            (await fetch(`${url}${path}`, signal ? { signal } : {})).body as ReadableStream<Uint8Array>
          ).getReader();
          let bytes = 0;
          for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.byteLength;
          return bytes;
        };
        expect(await read('/whole')).toBe(400_000);
        await expect(read('/cut')).rejects.toThrow();
        await expect(read('/open', AbortSignal.timeout(50))).rejects.toThrow();
        close();
      },
    );
  });

  it('sends texts only', async () => {
    const { fetch, close } = createLeanFetch({});
    await expect(fetch('http://127.0.0.1:1/', { method: 'POST', body: new Uint8Array(1) })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    close();
  });
});
