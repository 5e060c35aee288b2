import { concatBytes, hashBytes, hexText, SignError, type Timestamper } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createFakeTsa, createTestClock, type FakeTsaFault } from '../../../testing/src/index.js';
import {
  createTimestamper,
  parseCertificate,
  type RevocationChecker,
  type RevocationStatus,
  type TimestamperOptions,
  type TimestampReason,
  verifyTimestampToken,
} from '../../src/index.js';
import { ascii, authority, message, sha384 } from './craft-token.js';

const clock = createTestClock('2027-01-01T00:00:00Z');
const tsa = await createFakeTsa({ clock, accuracySeconds: 1 });

const timestamper = (options: Partial<TimestamperOptions> = {}): Timestamper =>
  createTimestamper({ url: tsa.url, anchors: [tsa.root], fetch: tsa.fetch, clock, ...options });

async function withFault<T>(fault: FakeTsaFault, work: () => Promise<T>): Promise<T> {
  tsa.fault = fault;
  try {
    return await work();
  } finally {
    tsa.fault = undefined;
  }
}

const refused = async (work: Promise<unknown>, code: string, reason: TimestampReason | undefined) => {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!SignError.is(error)) throw error ?? new Error('accepted');
  expect({ code: error.code, reason: error.details.reason }).toEqual({ code, reason });
  return error;
};

describe('a timestamper', () => {
  it.each(['sha256', 'sha384', 'sha512'] as const)('gives a token over a hash of %s that verifies', async (hash) => {
    const token = await timestamper().timestamp(message, hash);
    const verified = await verifyTimestampToken(token, { message, anchors: [parseCertificate(tsa.root)] });
    expect(verified).toMatchObject({ genTime: clock.now(), accuracyMs: 1000, hash, policy: '1.2.3.4.1' });
    expect(verified.chain).toHaveLength(3);
  });

  it('asks for certificates, with a nonce below 2^159 and the hash with NULL parameters', async () => {
    const randomBytes = (count: number) => new Uint8Array(count).fill(0xff);
    await timestamper({ randomBytes, policy: '1.2.3.4.1' }).timestamp(message, 'sha256');
    const query = hexText(tsa.queries.at(-1) as Uint8Array);
    // version 1, SHA-256 with NULL; policy; 20 octets from 7f on; TRUE
    expect(query).toMatch(/^30\w\w0201013031300d060960864801650304020105000420/);
    expect(query.endsWith(`06042a03040102147f${'ff'.repeat(19)}0101ff`)).toBe(true);
  });

  it.each([
    ['zero', new Uint8Array(20), '020100'],
    ['with a high bit behind zeros', Uint8Array.of(...new Uint8Array(18), 0x80, 1), '0203008001'],
  ])('a nonce that is %s is a minimal INTEGER, and the reply matches', async (_, bytes, encoded) => {
    await timestamper({ randomBytes: () => bytes }).timestamp(message, 'sha256');
    expect(hexText(tsa.queries.at(-1) as Uint8Array).endsWith(`${encoded}0101ff`)).toBe(true);
  });

  it('asks with a fresh nonce each time', async () => {
    const one = timestamper();
    await one.timestamp(message, 'sha256');
    await one.timestamp(message, 'sha256');
    expect(hexText(tsa.queries.at(-1) as Uint8Array)).not.toBe(hexText(tsa.queries.at(-2) as Uint8Array));
  });

  it('takes a token that was granted with modifications', async () => {
    expect((await withFault({ pkiStatus: 1 }, () => timestamper().timestamp(message, 'sha256'))).byteLength).toBeGreaterThan(500);
  });
});

describe('a reply is refused', () => {
  it.each<[string, FakeTsaFault, string, TimestampReason]>([
    ['with another HTTP status', { status: 500 }, 'ERR_PROTOCOL', 'reply-status'],
    ['that redirects', { status: 302 }, 'ERR_PROTOCOL', 'reply-status'],
    ['of another type', { contentType: 'application/octet-stream' }, 'ERR_PROTOCOL', 'reply-content-type'],
    [
      'with a parameter in its type',
      { contentType: 'application/timestamp-reply; charset=binary' },
      'ERR_PROTOCOL',
      'reply-content-type',
    ],
    ['that is empty', { body: new Uint8Array() }, 'ERR_MALFORMED', 'reply-not-der'],
    ['that is no DER', { body: ascii('<html>') }, 'ERR_MALFORMED', 'reply-not-der'],
    ['that grants, and holds no token', { body: Uint8Array.of(0x30, 5, 0x30, 3, 2, 1, 0) }, 'ERR_MALFORMED', 'reply-malformed'],
    ['that is a rejection', { pkiStatus: 2, failure: 'badAlg' }, 'ERR_PROTOCOL', 'request-rejected'],
    ['that asks to wait', { pkiStatus: 3 }, 'ERR_PROTOCOL', 'request-rejected'],
    ['over another imprint', { info: () => ({ imprint: new Uint8Array(32) }) }, 'ERR_PROTOCOL', 'reply-imprint'],
    [
      'over the same bytes by another hash',
      { info: () => ({ hashOid: sha384, imprint: hashBytes('sha384', message) }) },
      'ERR_PROTOCOL',
      'reply-imprint',
    ],
    ['with another nonce', { info: () => ({ nonce: Uint8Array.of(1) }) }, 'ERR_PROTOCOL', 'reply-nonce'],
    ['without a nonce', { info: () => ({ nonce: undefined }) }, 'ERR_PROTOCOL', 'reply-nonce'],
    ['without certificates', { certificates: [] }, 'ERR_NOT_TRUSTED', 'signing-certificate-absent'],
    ['whose signature is wrong', { token: (der) => der.fill(0, -1) }, 'ERR_SIGNATURE_MISMATCH', 'signature-mismatch'],
    [
      'whose token has bytes behind it',
      { token: (der) => concatBytes(der, Uint8Array.of(5, 0)) },
      'ERR_MALFORMED',
      'reply-malformed',
    ],
  ])('%s', async (_, fault, code, reason) => {
    await withFault(fault, () => refused(timestamper().timestamp(message, 'sha256'), code, reason));
  });

  it('under another policy than was asked for', () =>
    refused(timestamper({ policy: '1.2.3' }).timestamp(message, 'sha256'), 'ERR_PROTOCOL', 'reply-policy'));

  it('of 1 MiB, and one byte less is read', async () => {
    const limit = 1024 * 1024;
    await withFault({ body: new Uint8Array(limit) }, () =>
      refused(timestamper().timestamp(message, 'sha256'), 'ERR_LIMIT', undefined),
    );
    await withFault({ body: new Uint8Array(limit - 1) }, () =>
      refused(timestamper().timestamp(message, 'sha256'), 'ERR_MALFORMED', 'reply-not-der'),
    );
  });

  it('from an authority under another root', () =>
    refused(timestamper({ anchors: [authority().root] }).timestamp(message, 'sha256'), 'ERR_NOT_TRUSTED', 'chain-not-trusted'));

  it('from a chain that has expired now, whatever time the token says', async () => {
    const later = createTestClock('2040-01-01T00:00:00Z');
    await refused(timestamper({ clock: later }).timestamp(message, 'sha256'), 'ERR_CHAIN_INVALID', 'chain-rule');
  });

  it('and the error names status and failure, and shows foreign text escaped', async () => {
    const fault = { pkiStatus: 2, failure: 'systemFailure', text: 'out of \u001b[31mtime' } as const;
    const error = await withFault(fault, () =>
      refused(timestamper().timestamp(message, 'sha256'), 'ERR_PROTOCOL', 'request-rejected'),
    );
    expect(error.message).toBe(
      "the timestamp authority rejected the request: rejection, systemFailure, it says 'out of \\u{1b}[31mtime'",
    );
    expect(error.details).toMatchObject({ upstreamCode: 2, upstreamName: 'rejection systemFailure' });
    expect(error.retryable).toBe(true);
  });
});

describe('options', () => {
  it('allowContentTypeParameters takes a type with parameters, and no other type', async () => {
    const lax = timestamper({ allowContentTypeParameters: true });
    await withFault({ contentType: 'application/timestamp-reply; charset=binary' }, () => lax.timestamp(message, 'sha256'));
    await withFault({ contentType: 'application/timestamp-replyx' }, () =>
      refused(lax.timestamp(message, 'sha256'), 'ERR_PROTOCOL', 'reply-content-type'),
    );
  });

  it('allowBer takes a token in BER, and gives it out in DER', async () => {
    const indefinite = (der: Uint8Array) => concatBytes(Uint8Array.of(0x30, 0x80), der.subarray(4), Uint8Array.of(0, 0));
    const fault = { token: indefinite };
    await withFault(fault, () => refused(timestamper().timestamp(message, 'sha256'), 'ERR_MALFORMED', 'reply-not-der'));
    const token = await withFault(fault, () => timestamper({ allowBer: true }).timestamp(message, 'sha256'));
    expect([...token.subarray(0, 2)]).toEqual([0x30, 0x82]);
    expect((await verifyTimestampToken(token, { message, anchors: [parseCertificate(tsa.root)] })).genTime).toBe(clock.now());
  });

  it.each<[string, object]>([
    ['a URL that is none', { url: 'tsa' }],
    ['another scheme', { url: 'ftp://tsa.test' }],
    ['a login in the URL', { url: 'http://a:b@tsa.test' }],
    ['no anchors', { anchors: [] }],
    ['an anchor that is no root', { anchors: [tsa.chain[1]] }],
    ['a policy that is none', { policy: 'high' }],
    ['a deadline of zero', { timeoutMs: 0 }],
    ['a checker that is none', { revocation: {} }],
    ['an option that does not exist', { revocationChecker: {} }],
  ])('%s is refused', (_, options) => {
    expect(() => timestamper(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('the host that the caller names may be private: nobody else named it', async () => {
    const own = createTimestamper({ url: 'http://127.0.0.1:9/', anchors: [tsa.root], clock });
    await refused(own.timestamp(message, 'sha256'), 'ERR_NETWORK', undefined);
  });

  it('a caller who aborts, and a deadline, end the wait', async () => {
    const reason = new Error('enough');
    const aborted = withFault({ hang: true }, () =>
      timestamper().timestamp(message, 'sha256', { signal: AbortSignal.abort(reason) }),
    );
    await expect(aborted).rejects.toBe(reason);
    await withFault({ hang: true }, () =>
      refused(timestamper().timestamp(message, 'sha256', { timeoutMs: 30 }), 'ERR_TIMEOUT', undefined),
    );
  });
});

describe('revocation of the authority', () => {
  const checker = (...statuses: RevocationStatus[]): RevocationChecker => ({
    check: async (chain) => ({
      status: 'ok',
      certificates: statuses.map((status, i) => ({ certificate: chain[i] as never, status, method: 'none', sources: [] })),
    }),
  });

  it.each<[string, RevocationStatus[], TimestampReason | undefined]>([
    ['all good', ['ok', 'ok', 'non-revokable'], undefined],
    ['the leaf revoked', ['revoked', 'ok', 'non-revokable'], 'chain-revoked'],
    ['the intermediate revoked, the leaf unknown', ['unknown', 'revoked', 'non-revokable'], 'chain-revoked'],
    ['unknown', ['ok', 'unknown', 'non-revokable'], 'chain-revocation-unknown'],
    ['no word about the intermediate', ['ok'], 'chain-revocation-unknown'],
    ['no word at all', [], 'chain-revocation-unknown'],
  ])('%s', async (_, statuses, reason) => {
    const work = timestamper({ revocation: checker(...statuses) }).timestamp(message, 'sha256');
    if (reason) await refused(work, 'ERR_NOT_TRUSTED', reason);
    else expect((await work).byteLength).toBeGreaterThan(500);
  });

  it('is asked for the purpose of timestamping, and only about chains that are trusted', async () => {
    const asked: unknown[] = [];
    const revocation: RevocationChecker = {
      check: async (chain, { purpose }) => {
        asked.push([chain.length, purpose]);
        return {
          status: 'ok',
          certificates: chain.map((certificate) => ({ certificate, status: 'ok', method: 'none', sources: [] })),
        };
      },
    };
    await refused(
      timestamper({ revocation, anchors: [authority().root] }).timestamp(message, 'sha256'),
      'ERR_NOT_TRUSTED',
      'chain-not-trusted',
    );
    expect(asked).toEqual([]);
    await timestamper({ revocation }).timestamp(message, 'sha256');
    expect(asked).toEqual([[3, 'timestamping']]);
  });
});
