import { utf8Text } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../../src/api/index.js';
import { createTsbClient } from '../../src/index.js';
import { clientOf, failure, fakeFetch, json } from '../fake-fetch.js';
import { listen } from '../security/servers.js';

const encrypt = { fileEncryptRequest: { encryptKeyName: 'k' } };
const csr = endpoints.csrDownload;

describe('files (`tsb-rest-api.md` §1.1)', () => {
  it('travel as multipart beside their JSON, and come back as bytes', async () => {
    const tsb = await listen(() => ({ status: 200, headers: { 'content-type': 'application/octet-stream' }, body: 'sealed' }));
    const client = createTsbClient({ url: tsb.url, auth: { type: 'token', token: 't' } });
    const file = Uint8Array.from([...Buffer.from('--boundary\r\n\0bytes')]);
    const sealed = await client.call(endpoints.fileEncrypt, encrypt, { file });
    expect(utf8Text(sealed)).toBe('sealed');
    const [heard] = tsb.received;
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(heard?.headers['content-type'] ?? '')?.[1];
    const parts = heard?.body.split(`--${boundary}`) ?? [];
    expect(parts).toHaveLength(4);
    expect(parts[1]).toMatch(/name="SignedFileEncryptRequestDto"[\s\S]*Content-Type: application\/json\r\n\r\n/i);
    expect(parts[1]).toContain(JSON.stringify(encrypt));
    expect(parts[2]).toMatch(/name="file"; filename="file"/);
    expect(parts[2]?.split('\r\n\r\n')[1]).toBe('--boundary\r\n\0bytes\r\n');
    expect(heard?.headers.authorization).toBe('Bearer t');
    await client.close();
    await tsb.close();
  });

  it('are refused where an endpoint takes none, and missed where it takes one', async () => {
    const { fetch, seen } = fakeFetch(json({}));
    const client = clientOf(fetch);
    const file = Uint8Array.of(1);
    const refused = { code: 'ERR_INVALID_ARGUMENT' };
    await expect(client.call(endpoints.versionInfo, undefined, { file })).rejects.toMatchObject(refused);
    await expect(client.call(endpoints.fileEncrypt, encrypt)).rejects.toMatchObject(refused);
    await expect(client.call(endpoints.fileEncrypt, encrypt, { file: 'text' as never })).rejects.toMatchObject(refused);
    expect(seen).toEqual([]);
  });

  it('that are answered have memory of their own, and limits', async () => {
    const pooled = Buffer.from('from the pool');
    const body = {
      signKeyName: 'k',
      signatureAlgorithm: 'SHA256_WITH_ECDSA',
      standardCertificateAttributes: { commonName: 'x' },
    };
    let given = 0;
    const answer = () => new Response(new ReadableStream({ pull: (c) => (given++ ? c.close() : c.enqueue(pooled)) }));
    const bytes = await clientOf(fakeFetch(answer).fetch).call(csr, body as never);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
    given = 0;
    const limited = clientOf(fakeFetch(answer).fetch, { maxResponseBytes: 5 });
    await expect(limited.call(csr, body as never)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    const page = new Response('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } });
    await expect(clientOf(fakeFetch(page).fetch).call(csr, body as never)).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
    await expect(clientOf(fakeFetch(failure(650, 404)).fetch).call(csr, body as never)).rejects.toMatchObject({
      code: 'ERR_KEY_NOT_FOUND',
    });
  });
});
