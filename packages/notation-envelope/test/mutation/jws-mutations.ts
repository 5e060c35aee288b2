import { createHmac } from 'node:crypto';
import { base64Text, base64urlText, signatureAlgorithmFor, utf8Bytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import type { Key } from '../helpers/certificates.js';
import { signWith } from '../helpers/envelopes.js';
import { changedJson } from './json-mutations.js';
import { type JwsMembers, jwsCodec, jwsMembers } from './jws-codec.js';
import type { Mutation, Original } from './original.js';
import type { Random } from './random.js';

const encode = (value: unknown): Uint8Array => utf8Bytes(JSON.stringify(value));
const loose = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));
const headerOf = (members: JwsMembers): Record<string, unknown> =>
  JSON.parse(Buffer.from(members.protected, 'base64url').toString('utf8')) as Record<string, unknown>;

/** The envelope's own JSON changed: members twice, missing, in another order, of other types, with other names. */
export const envelopeJson: Mutation = ({ bytes }, random) => ({ bytes: loose(changedJson(jwsMembers(bytes), random)) });

/** Protected header or payload changed under the old signature. */
export const signedJson: Mutation = ({ bytes }, random) => {
  const members = jwsMembers(bytes);
  const which = random.pick(['protected', 'payload'] as const);
  const json = changedJson(JSON.parse(Buffer.from(members[which], 'base64url').toString('utf8')), random);
  return { bytes: encode({ ...members, [which]: base64urlText(loose(json)) }) };
};

/** Signing costs milliseconds with the larger keys, and a reader's rules are the same for all. */
export const signsOften = ({ spec }: Key, random: Random): boolean =>
  spec === 'ec-p256' || random.oneIn(spec === 'rsa-4096' ? 40 : 10);

/** Protected header or payload changed and properly signed by the same key: what only a careful reader refuses. */
export const signedAgainJson: Mutation = ({ bytes, key, codec }, random) => {
  if (!key || !signsOften(key, random)) return undefined;
  const parts = codec.split(bytes);
  const which = random.pick(['protected', 'payload'] as const);
  parts[which] = loose(changedJson(JSON.parse(Buffer.from(parts[which]).toString('utf8')), random, { signedAgain: true }));
  parts.signature = signWith(key, signatureAlgorithmFor('notary', key.spec), jwsCodec.signingInput(parts));
  return { bytes: jwsCodec.join(parts), signedAgain: true };
};

const spellings: readonly ((text: string, random: Random) => string)[] = [
  (text) => `${text}=`,
  (text) => `${text}==`,
  (text) => `${text}\n`,
  (text) => ` ${text}`,
  (text, random) => `${text.slice(0, 4 + random.int(20))}\n${text.slice(24)}`,
  (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
  (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
  (text) => text.replace(/=+$/, ''),
  (text) => `${text}A`,
  (text) => text.slice(0, -1),
  // The same bytes with other unused bits.
  (text) => text.replace(/[AQgwEIMUYckos048](?==*$)/, (c) => String.fromCharCode(c.charCodeAt(0) + 1)),
  (text) => `${text}.${text}`,
  (text) => text.replace(/A/, '\u0410'),
  () => '',
];

/** The same values in other spellings of base64. */
export const base64Spelling: Mutation = ({ bytes }, random) => {
  const members = jwsMembers(bytes);
  const change = random.pick(spellings);
  const which = random.pick(['payload', 'protected', 'signature', 'x5c'] as const);
  if (which !== 'x5c') return { bytes: loose(JSON.stringify({ ...members, [which]: change(members[which], random) })) };
  const x5c = [...(members.header.x5c as string[])];
  const at = random.int(x5c.length);
  x5c[at] = change(x5c[at] as string, random);
  return { bytes: loose(JSON.stringify({ ...members, header: { ...members.header, x5c } })) };
};

const names = [
  'none',
  'None',
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'ES256K',
  'EdDSA',
  'es256',
  '',
];

/** What somebody without the key can compute: MACs under public values, and nothing. */
export function publicSignature({ codec, bytes, key }: Original, input: Uint8Array, random: Random): Uint8Array {
  const leaf = codec.split(bytes).chain[0] as Uint8Array;
  const secrets = [
    leaf,
    utf8Bytes(pemText(leaf, 'CERTIFICATE')),
    new Uint8Array(0),
    ...(key ? [key.spki, utf8Bytes(pemText(key.spki, 'PUBLIC KEY'))] : []),
  ];
  if (random.oneIn(4)) return new Uint8Array(0);
  return createHmac(random.pick(['sha256', 'sha384', 'sha512']), random.pick(secrets))
    .update(input)
    .digest();
}

/** Another `alg`, keys and addresses of keys in the header, `b64` and `crit` of RFC 7797: by somebody without the key, or by the signer. */
export const algorithmConfusion: Mutation = (original, random) => {
  const { bytes, codec, key } = original;
  const parts = codec.split(bytes);
  const header = headerOf(jwsMembers(bytes));
  const changes: (() => void)[] = [
    () => Object.assign(header, { alg: random.pick(names.filter((name) => name !== header.alg)) }),
    () => Object.assign(header, { alg: [header.alg] }),
    () => Object.assign(header, { b64: random.oneIn(2) }),
    () => Object.assign(header, { b64: false, crit: [...(header.crit as string[]), 'b64'] }),
    () => Object.assign(header, { crit: random.pick([[], ['alg'], [...(header.crit as string[]), 'exp'], 'alg', null]) }),
    () =>
      Object.assign(header, { cty: random.pick(['', 'application/json', 'Application/vnd.cncf.notary.payload.v1+json', null]) }),
  ];
  random.pick(changes)();
  if (random.oneIn(3)) header.jwk = { kty: 'oct', k: 'AAAA' };
  if (random.oneIn(3)) header[random.pick(['jku', 'x5u'])] = 'https://keys.example/';
  if (random.oneIn(3)) header.x5c = parts.chain.map((der) => base64Text(der));
  parts.protected = encode(header);
  const input = codec.signingInput(parts);
  if (key && random.oneIn(2) && signsOften(key, random))
    parts.signature = signWith(key, signatureAlgorithmFor('notary', key.spec), input);
  else parts.signature = publicSignature(original, input, random);
  return { bytes: codec.join(parts) };
};

/** What is not signed: whatever stands there, the verdict stays, or the envelope is refused. */
export const unsignedMembers: Mutation = ({ bytes }, random) => {
  const members = jwsMembers(bytes);
  const name = random.pick([
    'io.cncf.notary.signingAgent',
    'io.cncf.notary.timestampSignature',
    'jwk',
    'jku',
    'alg',
    'kid',
    'X5C',
    'x5c ',
  ]);
  const value = random.pick<unknown>([
    'x',
    'x'.repeat(5_000),
    '',
    7,
    null,
    [],
    { x: 1 },
    base64Text(random.bytes(40)),
    '\u0007\u202e',
  ]);
  return { bytes: loose(JSON.stringify({ ...members, header: { ...members.header, [name]: value } })) };
};
