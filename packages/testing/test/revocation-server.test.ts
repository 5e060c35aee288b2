import { describe, expect, it } from 'vitest';
import { createRevocationChecker } from '../../pki/src/index.js';
import { aia, crlUrl, hour, leafSerial, leafWith, now, ocspUrl, points, root } from '../../pki/test/revocation/setup.js';
import { createRevocationServer, createTestClock } from '../src/index.js';

const leaf = leafWith([aia(ocspUrl), points([crlUrl])]);

function setUp() {
  const clock = createTestClock(now);
  const server = createRevocationServer({ clock });
  const authority = server.addAuthority({ issuer: root, ocspUrl, crlUrl });
  const checker = createRevocationChecker({ fetch: server.fetch, clock });
  const status = async () => (await checker.check([leaf, root.certificate], { purpose: 'code-signing' })).status;
  return { server, authority, clock, status };
}

describe('a revocation server that listens nowhere', () => {
  it('says good, revoked, forgiven and unknown, by OCSP and, where that fails, by CRL', async () => {
    const { server, authority, status } = setUp();
    expect(await status()).toBe('ok');
    authority.revoke(leafSerial, { reason: 'keyCompromise' });
    expect(await status()).toBe('revoked');
    server.fault(ocspUrl, { status: 503, body: new Uint8Array() });
    expect(await status()).toBe('revoked');
    authority.forgive(leafSerial);
    expect(await status()).toBe('ok');
    server.fault(ocspUrl, undefined);
    authority.forget(leafSerial);
    server.fault(crlUrl, { status: 404, body: new Uint8Array() });
    expect(await status()).toBe('unknown');
    expect(server.requests.filter(({ url }) => url === crlUrl)).toHaveLength(3);
  });

  it('makes answers when asked, so that time passes for them too', async () => {
    const { clock, status } = setUp();
    clock.advance(1_000 * hour);
    expect(await status()).toBe('ok');
  });

  it('misbehaves as told: other answers, other statuses, other signatures', async () => {
    const { server, status } = setUp();
    server.fault(ocspUrl, { ocsp: () => ({ answers: [] }) });
    server.fault(crlUrl, { crl: () => ({ thisUpdate: now - 2 * hour, nextUpdate: now - hour }) });
    expect(await status()).toBe('unknown');
    server.fault(crlUrl, { crl: (crl) => ({ entries: [...(crl.entries ?? []), { serial: leafSerial, at: now - hour }] }) });
    expect(await status()).toBe('revoked');
  });

  it('answers 404 where it knows nothing', async () => {
    const { server } = setUp();
    expect((await server.fetch('http://elsewhere.example/')).status).toBe(404);
  });
});
