import { describe, expect, it } from 'vitest';
import { classifySigningBytes, concatBytes, createSigner, derWrap, type SigningDomain } from '../src/index.js';
import { createMemoryBackend } from '../src/memory.js';
import { jwsMessage } from './helpers.js';

const ascii = (text: string) => new TextEncoder().encode(text);
const integer = derWrap(0x02, Uint8Array.of(1));
const sequence = (...parts: Uint8Array[]) => derWrap(0x30, concatBytes(...parts));
const empty = sequence();
const name = sequence(derWrap(0x31, sequence(derWrap(0x06, Uint8Array.of(0x55, 4, 3)), derWrap(0x0c, ascii('x')))));
const time = derWrap(0x17, ascii('260101000000Z'));

/** One message of each domain, built from the structure that its specification prescribes. */
const messages: Record<SigningDomain, Uint8Array> = {
  jws: jwsMessage(),
  'cose-sign': concatBytes(Uint8Array.of(0x84, 0x6a), ascii('Signature1'), Uint8Array.of(0x43, 0xa1, 1, 0x26, 0x40, 0x41, 0)),
  dsse: ascii('DSSEv1 28 application/vnd.in-toto+json 2 {}'),
  'cosign-payload': ascii('{"critical":{"identity":{},"image":{},"type":"cosign container image signature"},"optional":null}'),
  tuf: ascii('{"_type":"Targets","delegations":{},"expires":"2026-01-01T00:00:00Z","targets":{},"version":1}'),
  'x509-certificate': sequence(
    derWrap(0xa0, derWrap(0x02, Uint8Array.of(2))),
    integer,
    empty,
    name,
    sequence(time, time),
    name,
    empty,
  ),
  'x509-request': sequence(derWrap(0x02, Uint8Array.of(0)), name, empty, derWrap(0xa0, new Uint8Array())),
  'x509-crl': sequence(integer, empty, name, time, time),
  'ocsp-response': sequence(
    derWrap(0xa2, derWrap(0x04, new Uint8Array(20))),
    derWrap(0x18, ascii('20260101000000Z')),
    sequence(),
  ),
  'cms-attributes': derWrap(0x31, sequence(derWrap(0x06, Uint8Array.of(0x2a, 0x86, 0x48)), derWrap(0x31, empty))),
  'tsb-approval': Uint8Array.of(12, 0, 0, 0, 0x3b, 0, 4, 0, 1, 0, 0, 0, 2, 0x10, 0, 0),
};
const domains = Object.keys(messages) as SigningDomain[];
const pkix: readonly SigningDomain[] = ['x509-certificate', 'x509-request', 'x509-crl', 'ocsp-response'];

describe('cross-protocol signing (S9)', () => {
  it.each(domains)('recognises %s', (domain) => {
    expect(classifySigningBytes(messages[domain])).toBe(domain);
  });

  it('recognises lenient twins of JSON formats that a strict parser refuses', () => {
    expect(classifySigningBytes(ascii('{"critical":{},"critical":{}}'))).toBe('cosign-payload');
    expect(classifySigningBytes(ascii(' {"_type":"Root","_type":"Root"}'))).toBe('tuf');
  });

  it('calls ordinary data nothing', () => {
    for (const text of ['hello', '{"a":1}', '', 'a.b', '\u0030\u0000']) expect(classifySigningBytes(ascii(text))).toBeUndefined();
  });

  it('signs exactly the domain that was named: the whole matrix', async () => {
    const backend = createMemoryBackend();
    await backend.createKey({ label: 'k', spec: 'ec-p256' });
    for (const options of [
      {},
      { allowOpaque: true },
      { allowCertificates: true },
      { allowOpaque: true, allowCertificates: true },
    ]) {
      const signer = createSigner(backend, { label: 'k' }, options);
      for (const named of [...domains, undefined]) {
        for (const actual of [...domains, undefined]) {
          const message = actual ? messages[actual] : ascii('hello');
          const right = options as { allowOpaque?: boolean; allowCertificates?: boolean };
          const allowed =
            named === actual &&
            named !== 'tsb-approval' &&
            (named !== undefined || right.allowOpaque === true) &&
            (!named || !pkix.includes(named) || right.allowCertificates === true);
          const signing = signer.sign({ algorithm: 'ecdsa-sha256', input: { message }, ...(named && { domain: named }) });
          if (allowed) expect((await signing).byteLength).toBe(64);
          else await expect(signing, `${named} ← ${actual}`).rejects.toMatchObject({ code: 'ERR_CROSS_PROTOCOL' });
        }
      }
    }
  });
});
