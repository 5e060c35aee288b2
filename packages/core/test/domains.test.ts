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
  // RFC 2986's neighbour SPKAC, SEQUENCE { spki, challenge IA5String }: one of many structures that have no domain of their own
  asn1: sequence(empty, derWrap(0x16, ascii('challenge'))),
  'cms-attributes': derWrap(0x31, sequence(derWrap(0x06, Uint8Array.of(0x2a, 0x86, 0x48)), derWrap(0x31, empty))),
  'tsb-approval': Uint8Array.of(12, 0, 0, 0, 0x3b, 0, 4, 0, 1, 0, 0, 0, 2, 0x10, 0, 0),
  'audit-checkpoint': ascii(`securosys-audit-checkpoint v1\nlog: ${'ab'.repeat(16)}\nseq: 7\nhash: ${'cd'.repeat(32)}\n`),
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const utf16 = (text: string) => Uint8Array.from(Buffer.from(text, 'utf16le'));
const contents = (der: Uint8Array) => der.subarray(2);
const bytesOf = (...values: number[]) => Uint8Array.from(values);
/** BER that DER forbids: a long length, an indefinite one, and a tag in the long form (X.690 §8.1.2.4, §8.1.3.5, §8.1.3.6). */
const berOf = (der: Uint8Array, number = (der[0] as number) & 0x1f) => ({
  long: concatBytes(bytesOf(der[0] as number, 0x84, 0, 0, 0), der.subarray(1)),
  longest: concatBytes(bytesOf(der[0] as number, 0x89, 0, 0, 0, 0, 0, 0, 0, 0), der.subarray(1)),
  indefinite: concatBytes(bytesOf(der[0] as number, 0x80), contents(der), bytesOf(0, 0)),
  tag: concatBytes(bytesOf(0x3f, number), der.subarray(1)),
  paddedTag: concatBytes(bytesOf(0x3f, 0x80, number), der.subarray(1)),
});
const oid141 = sequence(derWrap(0x06, new Uint8Array(141).fill(0x81).with(140, 1)), derWrap(0x04, new Uint8Array(2)));
const certificateWith = (extension: Uint8Array) =>
  sequence(integer, empty, name, sequence(time, time), name, empty, derWrap(0xa3, sequence(extension)));
const nested = (depth: number) =>
  concatBytes(Uint8Array.from(Buffer.alloc(2 * depth, '\x30\x80', 'latin1')), new Uint8Array(2 * depth));

/** What our strict decoders refuse and other readers accept; the name starts with the domain. */
const twins: Record<string, Uint8Array> = {
  ...Object.fromEntries(
    (
      [...(['x509-certificate', 'x509-request', 'x509-crl', 'ocsp-response', 'asn1', 'cms-attributes'] as const)] as const
    ).flatMap((domain) => Object.entries(berOf(messages[domain])).map(([form, bytes]) => [`${domain}: ${form}`, bytes])),
  ),
  'x509-certificate: a member of indefinite length': sequence(
    integer,
    bytesOf(0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0),
    name,
    sequence(time, time),
    name,
    empty,
  ),
  'x509-certificate: one object identifier of 141 bytes': certificateWith(oid141),
  'x509-certificate: an extension that is no DER at all': certificateWith(bytesOf(0x30, 0x0f, 0xff)),
  'x509-certificate: deeper than our scan goes': certificateWith(nested(2000)),
  // RFC 5755 §4.1: version, holder, issuer, signature, serial, validity, attributes
  'asn1: attribute certificate': sequence(integer, empty, derWrap(0xa0, empty), empty, integer, empty, empty),
  // RFC 6960 §4.1.1 TBSRequest
  'asn1: OCSP request': sequence(sequence(empty)),
  // RFC 3161 §2.4.2 TSTInfo
  'asn1: timestamp': sequence(integer, derWrap(0x06, bytesOf(0x2a)), empty, integer, derWrap(0x18, ascii('20260101000000Z'))),
  'asn1: a set of something': derWrap(0x31, integer),
  'jws: alg twice': ascii(`${base64('{"alg":"ES256","alg":"ES256"}').replaceAll('=', '')}.e30`),
  'jws: padded': ascii(`${base64('{"alg":"ES256" }')}.e30`),
  'jws: unused bits set': ascii(`${base64('{"alg":"ES256" }').replace('Q==', 'R')}.e30`),
  'jws: standard alphabet': ascii(`${base64('{"alg":"ES256","x":"???>>>"}')}.e30`),
  'jws: line breaks': ascii(`ey\r\n${base64('{"alg":"ES256"}').slice(2)}.e30`),
  'jws: foreign characters': ascii(`!${base64('{"alg":"ES256"}')}.e30`),
  'jws: white space before the object': ascii(`${base64('\r\n\t {\n "alg":"ES256"}')}.e30`),
  'jws: byte-order mark': ascii(`${base64('\ufeff{"alg":"ES256"}')}.e30`),
  'jws: header over 64 KiB': ascii(`${base64(`{"alg":"ES256","x":"${'a'.repeat(70_000)}"}`)}.e30`),
  'jws: unencoded payload (RFC 7797)': concatBytes(ascii(`${base64('{"alg":"ES256","b64":false}')}.`), bytesOf(0xff, 0)),
  'cose-sign: lengths not in the shortest form': concatBytes(bytesOf(0x98, 4, 0x78, 10), ascii('Signature1')),
  'cose-sign: indefinite array': concatBytes(bytesOf(0x9f, 0x6a), ascii('Signature1')),
  'cose-sign: of a signer': concatBytes(bytesOf(0x85, 0x69), ascii('Signature')),
  'cose-sign: countersignature': concatBytes(bytesOf(0x86, 0x72), ascii('CounterSignatureV2')),
  'dsse: lengths that are not true': ascii('DSSEv1 0028 a 2 {}'),
  'dsse: another version': ascii('DSSEv2 1 a 1 b'),
  'tsb-approval: bytes behind the frame': concatBytes(messages['tsb-approval'], bytesOf(1, 2, 3)),
  // tsb-rest-api.md §5.2 and its recorded login of §5.8; the rest is what parsers of ISO 8601 take besides
  ...Object.fromEntries(
    [
      '2026-11-21T12:00:00Z',
      '2024-08-14T20:03:02+02:00',
      '2024-08-14T20:03:02.123456789-11:30',
      '2026-11-21T12:00:00,5Z',
      '2026-11-21T12:00:00',
      '2026-11-21T12:00Z',
      '2026-11-21t12:00:00z',
      '2026-11-21 12:00:00+00',
      '20261121T120000Z',
      '+12026-11-21T12:00:00Z',
      '2026-11-21T12:00:00+01:00[Europe/Zurich]',
      '\r\n 2026-11-21T12:00:00Z\n',
      `${' '.repeat(300)}2026-11-21T12:00:00Z`,
    ].map((text) => [`tsb-approval: login ${JSON.stringify(text.slice(-50))}`, ascii(text)]),
  ),
  'cosign-payload: member twice': ascii('{"critical":{},"critical":{}}'),
  'cosign-payload: other case (Go)': ascii('{"Critical":{"identity":{}}}'),
  'cosign-payload: escaped, and another member twice': ascii('{"cr\\u0069tical":{},"x":1,"x":1}'),
  'cosign-payload: all escaped': ascii(`{"${[...'critical'].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')}":{}}`),
  'cosign-payload: byte-order mark': ascii('\ufeff{"critical":{}}'),
  'cosign-payload: UTF-16': utf16('{"critical":{}}'),
  'cosign-payload: UTF-16 with a mark': utf16('\ufeff {"critical":{}}'),
  'cosign-payload: beyond the first MiB': ascii(`{"a":"${'x'.repeat(2 << 20)}","a":0,"critical":{}}`),
  'cosign-payload: invalid UTF-8': concatBytes(ascii('{"a":"'), bytesOf(0xff), ascii('","critical":{}}')),
  'cosign-payload: comments': ascii('{/* " */"critical":{}}'),
  'cosign-payload: single quotes': ascii(`{'"':1,'critical':{}}`),
  'cosign-payload: depth that is not what it seems': ascii(`{"a":[{"critical":{}}`),
  'tuf: member twice': ascii(' {"_type":"Root","_type":"Root"}'),
  'tuf: other case (Go)': ascii('{"_Type":"targets"}'),
  'tuf: escaped': ascii('{"\\u005Ftype":"targets"}'),
  'tuf: numbers beyond 2^53': ascii('{"version":99999999999999999999,"_type":"targets"}'),
};

/** A file of one member (POSIX ustar): its name comes first, and starts like a SEQUENCE or a SET. */
const tarOf = (file: string) => {
  const out = new Uint8Array(1536);
  out.set(ascii(file));
  out.set(ascii('ustar\u000000'), 257);
  return out;
};
const ordinary: Record<string, Uint8Array> = {
  ...Object.fromEntries(
    [
      'hello',
      '',
      '0',
      '1',
      '{',
      '{}',
      '{"a":1}',
      'a.b',
      'example.com: hello',
      'eyes. ears.',
      '0 is a number. 1 too.',
      '\u0030\u0000',
      '2026-11-21',
      '2026-11-21T12:00:00Z backup done',
      'at 2026-11-21T12:00:00Z',
      '12:00:00Z',
    ].map((text) => [JSON.stringify(text), ascii(text)]),
  ),
  'a list with a severity': ascii('{"critical":0,"high":2,"findings":[{"critical":{"n":1}}]}'),
  'the words as values': ascii('{"a":"critical","b":"_type"}'),
  'a digest in text': ascii(`sha256:${'0'.repeat(64)}`),
  PNG: concatBytes(bytesOf(0x89), ascii('PNG\r\n'), bytesOf(0x1a, 10, 0, 0, 0, 13), ascii('IHDR')),
  zip: concatBytes(ascii('PK'), bytesOf(3, 4, 20, 0, 0, 0, 8, 0)),
  tar: tarOf('0123.txt'),
  'tar of a hidden file': tarOf('1.d'),
  gzip: bytesOf(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3),
  'a SEQUENCE with bytes behind it': concatBytes(sequence(integer), bytesOf(0)),
  'a SEQUENCE cut off': sequence(integer, integer).subarray(0, 5),
};

/** As long as a message may be, or a quarter of it: what takes more than linear time takes minutes for that, too. */
const size = (process.env.SLOW ? 16 : 4) * 1024 * 1024;
const fill =
  (pattern: string, head = '', tail = '') =>
  () =>
    concatBytes(ascii(head), Uint8Array.from(Buffer.alloc(size - head.length - tail.length, pattern, 'latin1')), ascii(tail));
const large: Record<string, () => Uint8Array> = {
  zeros: () => new Uint8Array(size),
  'elements of a SEQUENCE': () => derWrap(0x30, new Uint8Array(size)),
  'indefinite lengths inside each other': () => nested(size / 4),
  'indefinite lengths that never end': fill('\x30\x80'),
  'a tag that never ends': fill('\x80', '\x3f'),
  'a JWS header of white space': fill('ICAg', '', '.'),
  'a JWS header of foreign characters': fill('!', '', '.'),
  'open braces': fill('{'),
  quotes: fill('"', '{'),
  backslashes: fill('\\', '{"'),
  members: fill('"critical":0,', '{'),
  'names without quotes': fill('critical', '{'),
  'escaped names': fill('"\\u0063ritica', '{#'),
  'white space': fill(' ', '{"critical"'),
  'white space first': fill(' ', '', '{'),
  'white space only': fill(' '),
  'digits of a time': fill('0', '2026-11-21T12:00:00.'),
  'UTF-16': () => Uint8Array.from(Buffer.alloc(size, '{"a":1}', 'utf16le')),
};
const domains = Object.keys(messages) as SigningDomain[];
const pkix: readonly SigningDomain[] = ['x509-certificate', 'x509-request', 'x509-crl', 'ocsp-response', 'asn1'];

describe('cross-protocol signing (S9)', () => {
  it.each(domains)('recognises %s', (domain) => {
    expect(classifySigningBytes(messages[domain])).toBe(domain);
  });

  it.each(Object.entries(twins))('recognises %s as some reader does', (name, bytes) => {
    expect(classifySigningBytes(bytes)).toBe(name.split(':')[0]);
  });

  it.each(Object.entries(ordinary))('calls ordinary data nothing: %s', (_, bytes) => {
    expect(classifySigningBytes(bytes)).toBeUndefined();
  });

  it('calls random bytes nothing, of whatever length', () => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    };
    for (let i = 0; i < (process.env.SLOW ? 20_000 : 5_000); i++)
      expect(classifySigningBytes(Uint8Array.from({ length: i % 80 }, random))).toBeUndefined();
  });

  it.each(Object.entries(large))('takes linear time for many MiB: %s', (_, make) => {
    const bytes = make();
    expect(bytes.byteLength).toBeGreaterThanOrEqual(size - 16);
    const started = process.cpuUsage();
    classifySigningBytes(bytes);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(size / 2 ** 11);
  });

  it('never throws, whatever is cut off or changed', () => {
    for (const bytes of [...Object.values(messages), ...Object.values(twins)].filter(({ byteLength }) => byteLength < 1000))
      for (let at = 0; at < bytes.byteLength; at++) {
        classifySigningBytes(bytes.subarray(0, at));
        classifySigningBytes(bytes.with(at, 0xff));
        classifySigningBytes(bytes.with(at, 0x80));
      }
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
