import {
  constants,
  createECDH,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  privateEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';
import { type CallOptions, SignError } from '@securosys/core';
import { rsaKey } from '../../../tests/rsa-key.js';
import { CKA, CKK, CKO } from '../src/cryptoki/attributes.js';
import { mechanismFlags } from '../src/cryptoki/flags.js';
import { CKM } from '../src/cryptoki/mechanisms.js';
import { type ReturnValueName, returnValues } from '../src/cryptoki/return-values.js';
import type { Mechanism } from '../src/token/mechanism.js';
import type { Template } from '../src/token/template.js';
import type { FoundObject, MechanismInfo, ObjectHandle, TokenCalls, TokenInfo } from '../src/token/token-calls.js';
import { ulongBytes } from '../src/token/ulong.js';

/** The error that the host makes of a return value, as far as anything above it looks. */
export function ckr(name: ReturnValueName, code: SignError['code'] = 'ERR_PROTOCOL'): SignError {
  return new SignError(code, `fake token: ${name}`, { details: { upstreamName: name, upstreamCode: returnValues[name] } });
}

/** Attributes by CKA_…, as bytes. */
export type Stored = Map<number, Uint8Array>;

/** A call that arrived: what a test can count and make fail. */
export interface FakeCall {
  readonly name: keyof TokenCalls;
  readonly templates: readonly Template[];
  readonly options: CallOptions | undefined;
}

export interface FakeToken extends TokenCalls {
  epoch: number;
  readonly calls: FakeCall[];
  /** Called before each call; what it throws is the call's failure. */
  before: ((call: FakeCall) => void | Promise<void>) | undefined;
  /** Called after a call has changed the token and before it answers; what it throws is an answer that was lost. */
  after: ((call: FakeCall) => void | Promise<void>) | undefined;
  /** Everything on the token, as another process sees it. */
  readonly objects: Map<number, Stored>;
  /** Adds an object as another program would. */
  put(template: Template, secret?: KeyObject): number;
  /** Login elsewhere: all handles are new ones. */
  renumber(): void;
  readonly mechanismList: Map<number, MechanismInfo>;
}

const curveNames: readonly (readonly [string, string, number])[] = [
  ['06082a8648ce3d030107', 'prime256v1', 32],
  ['06052b81040022', 'secp384r1', 48],
  ['06052b81040023', 'secp521r1', 66],
];

export function encoded(value: number | boolean | Uint8Array): Uint8Array {
  if (typeof value === 'number') return ulongBytes([value], 8);
  return typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : Uint8Array.from(value);
}

export function stored(template: Template): Stored {
  return new Map(template.map(({ type, value }) => [type, encoded(value)]));
}

export const tokenInfo: TokenInfo = {
  slotId: ulongBytes([1], 8),
  label: 'fake',
  serial: '0001',
  manufacturer: 'nobody',
  model: 'in memory',
  flags: 0x40d,
  firmwareVersion: '1.0',
  hardwareVersion: '1.0',
  slotDescription: 'no slot',
  slotManufacturer: 'nobody',
};

function jwkBytes(key: KeyObject, name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(key.export({ format: 'jwk' })[name] as string, 'base64url'));
}

/** CKA_EC_POINT of a public key, as DER OCTET STRING. */
export function octetPoint(key: KeyObject): Uint8Array {
  const { kty } = key.export({ format: 'jwk' });
  const raw = kty === 'OKP' ? jwkBytes(key, 'x') : Buffer.concat([Uint8Array.of(4), jwkBytes(key, 'x'), jwkBytes(key, 'y')]);
  const length = raw.byteLength < 128 ? [raw.byteLength] : [0x81, raw.byteLength];
  return Uint8Array.of(4, ...length, ...raw);
}

const signFlags = mechanismFlags.SIGN;

/** An in-memory token that keeps templates and has `node:crypto` do the rest: no threads, no module, no PIN. */
export function fakeToken(info: Partial<TokenInfo> = {}): FakeToken {
  let next = 1;
  let base = 0;
  const objects = new Map<number, Stored>();
  const secrets = new Map<number, KeyObject>();
  const log: FakeCall[] = [];

  const handle = (number: number): ObjectHandle => ({ bytes: ulongBytes([number + base], 8), epoch: token.epoch });
  const numberOf = ({ bytes, epoch }: ObjectHandle): number => {
    const number = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)) - base;
    if (epoch !== token.epoch || !objects.has(number)) throw ckr('CKR_OBJECT_HANDLE_INVALID', 'ERR_KEY_NOT_FOUND');
    return number;
  };
  const secretOf = (object: ObjectHandle): KeyObject => {
    const secret = secrets.get(numberOf(object));
    if (!secret) throw ckr('CKR_KEY_TYPE_INCONSISTENT');
    return secret;
  };
  const put = (template: Template, secret?: KeyObject): number => {
    objects.set(next, stored(template));
    if (secret) secrets.set(next, secret);
    return next++;
  };
  async function run<T>(call: FakeCall, act: () => T): Promise<T> {
    log.push(call);
    call.options?.signal?.throwIfAborted();
    await token.before?.(call);
    const result = act();
    await token.after?.(call);
    return result;
  }

  const made: Template = [
    { type: CKA.LOCAL, value: true },
    { type: CKA.ALWAYS_SENSITIVE, value: true },
    { type: CKA.NEVER_EXTRACTABLE, value: true },
    { type: CKA.ALWAYS_AUTHENTICATE, value: false },
    { type: CKA.PUBLIC_KEY_INFO, value: new Uint8Array(0) },
  ];
  function pair(publicTemplate: Template): { key: KeyObject; shown: Template; open: Template } {
    const asked = stored(publicTemplate);
    const bits = asked.get(CKA.MODULUS_BITS);
    if (bits) {
      const key = rsaKey(new DataView(bits.buffer).getUint32(0, true));
      const shown: Template = [
        { type: CKA.MODULUS, value: jwkBytes(key, 'n') },
        { type: CKA.PUBLIC_EXPONENT, value: Uint8Array.of(1, 0, 1) },
      ];
      return { key, shown, open: shown };
    }
    const params = asked.get(CKA.EC_PARAMS) ?? new Uint8Array(0);
    const curve = curveNames.find(([der]) => der === Buffer.from(params).toString('hex'));
    const { privateKey: key } = curve ? generateKeyPairSync('ec', { namedCurve: curve[1] }) : generateKeyPairSync('ed25519');
    const shown: Template = [{ type: CKA.EC_PARAMS, value: params }];
    return { key, shown, open: [...shown, { type: CKA.EC_POINT, value: octetPoint(createPublicKey(key)) }] };
  }

  /** Private keys that are created from their components, as far as the tests create them. */
  function secretOfTemplate(template: Template): KeyObject | undefined {
    const at = stored(template);
    const text = (type: number) => Buffer.from(at.get(type) ?? []).toString('base64url');
    const keyType = at.get(CKA.KEY_TYPE)?.[0];
    if (at.get(CKA.CLASS)?.[0] !== CKO.PRIVATE_KEY) return undefined;
    if (keyType === CKK.RSA) {
      const jwk = {
        kty: 'RSA',
        n: text(CKA.MODULUS),
        e: text(CKA.PUBLIC_EXPONENT),
        d: text(CKA.PRIVATE_EXPONENT),
        p: text(CKA.PRIME_1),
        q: text(CKA.PRIME_2),
        dp: text(CKA.EXPONENT_1),
        dq: text(CKA.EXPONENT_2),
        qi: text(CKA.COEFFICIENT),
      };
      return createPrivateKey({ key: jwk, format: 'jwk' });
    }
    const curve = curveNames.find(([der]) => der === Buffer.from(at.get(CKA.EC_PARAMS) ?? []).toString('hex'));
    const value = at.get(CKA.VALUE) ?? new Uint8Array(0);
    if (!curve) {
      const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
      return createPrivateKey({ key: Buffer.concat([prefix, value]), format: 'der', type: 'pkcs8' });
    }
    const ecdh = createECDH(curve[1]);
    ecdh.setPrivateKey(value);
    const point = ecdh.getPublicKey();
    const name = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[curve[1]];
    const [x, y] = [point.subarray(1, 1 + curve[2]), point.subarray(1 + curve[2])].map((half) => half.toString('base64url'));
    return createPrivateKey({ key: { kty: 'EC', crv: name, x, y, d: text(CKA.VALUE) } as never, format: 'jwk' });
  }

  const token: FakeToken = {
    token: { ...tokenInfo, ...info },
    epoch: 1,
    foundAgain: () => 0,
    calls: log,
    before: undefined,
    after: undefined,
    objects,
    put,
    renumber() {
      base += 1000;
      token.epoch++;
    },
    mechanismList: new Map([
      [CKM.RSA_PKCS_KEY_PAIR_GEN, { minKeySize: 1024, maxKeySize: 4096, flags: mechanismFlags.GENERATE_KEY_PAIR }],
      [CKM.EC_KEY_PAIR_GEN, { minKeySize: 256, maxKeySize: 521, flags: mechanismFlags.GENERATE_KEY_PAIR }],
      [CKM.EC_EDWARDS_KEY_PAIR_GEN, { minKeySize: 255, maxKeySize: 255, flags: mechanismFlags.GENERATE_KEY_PAIR }],
      [CKM.AES_KEY_GEN, { minKeySize: 16, maxKeySize: 32, flags: mechanismFlags.GENERATE }],
      [CKM.RSA_PKCS_PSS, { minKeySize: 1024, maxKeySize: 4096, flags: signFlags }],
      [CKM.RSA_PKCS, { minKeySize: 1024, maxKeySize: 4096, flags: signFlags }],
      [CKM.RSA_PKCS_OAEP, { minKeySize: 1024, maxKeySize: 4096, flags: mechanismFlags.DECRYPT }],
      [CKM.ECDSA, { minKeySize: 256, maxKeySize: 521, flags: signFlags }],
      [CKM.EDDSA, { minKeySize: 255, maxKeySize: 255, flags: signFlags }],
    ]),
    mechanisms: (options) => run({ name: 'mechanisms', templates: [], options }, () => token.mechanismList),
    find: (template, read, options) =>
      run({ name: 'find', templates: [template], options }, () => {
        const found: FoundObject[] = [];
        const wanted = stored(template);
        for (const [number, attributes] of objects) {
          const matches = [...wanted].every(([type, value]) => Buffer.from(attributes.get(type) ?? [0xff, 0xee]).equals(value));
          if (!matches) continue;
          const told = read.flatMap((type) => {
            const value = attributes.get(type);
            return value ? [[type, Uint8Array.from(value)] as const] : [];
          });
          found.push({ handle: handle(number), attributes: new Map(told) });
        }
        return found;
      }),
    sign: (key, mechanism, data, _bytes, options) =>
      run({ name: 'sign', templates: [], options }, () => fakeSign(secretOf(key), mechanism, data)),
    encrypt: (_key, _mechanism, _data, _bytes, options) =>
      run({ name: 'encrypt', templates: [], options }, () => {
        throw ckr('CKR_MECHANISM_INVALID', 'ERR_ALGORITHM_UNSUPPORTED');
      }),
    decrypt: (key, mechanism, data, _bytes, options) =>
      run({ name: 'decrypt', templates: [], options }, () => {
        const oaepHash = mechanism.parameter?.kind === 'oaep' && mechanism.parameter.hashAlg === CKM.SHA256 ? 'sha256' : 'sha1';
        const padding = constants.RSA_PKCS1_OAEP_PADDING;
        return Uint8Array.from(privateDecrypt({ key: secretOf(key), padding, oaepHash }, data));
      }),
    deriveSecret: (_key, _mechanism, template, options) =>
      run({ name: 'deriveSecret', templates: [template], options }, () => {
        throw ckr('CKR_MECHANISM_INVALID', 'ERR_ALGORITHM_UNSUPPORTED');
      }),
    generateKeyPair: (mechanism, publicTemplate, privateTemplate, options) =>
      run({ name: 'generateKeyPair', templates: [publicTemplate, privateTemplate], options }, () => {
        const { key, shown, open } = pair(publicTemplate);
        const how = { type: CKA.KEY_GEN_MECHANISM, value: mechanism.type };
        const publicKey = handle(put([...publicTemplate, ...open]));
        return { publicKey, privateKey: handle(put([...made, how, ...privateTemplate, ...shown], key)) };
      }),
    generateKey: (mechanism, template, options) =>
      run({ name: 'generateKey', templates: [template], options }, () =>
        handle(put([...made, { type: CKA.KEY_GEN_MECHANISM, value: mechanism.type }, ...template])),
      ),
    createObject: (template, options) =>
      run({ name: 'createObject', templates: [template], options }, () => handle(put(template, secretOfTemplate(template)))),
    destroyObject: (object, options) =>
      run({ name: 'destroyObject', templates: [], options }, () => {
        const number = numberOf(object);
        objects.delete(number);
        secrets.delete(number);
      }),
    wrapKey: (_wrapping, _mechanism, _key, _bytes, options) =>
      run({ name: 'wrapKey', templates: [], options }, () => {
        throw ckr('CKR_MECHANISM_INVALID', 'ERR_ALGORITHM_UNSUPPORTED');
      }),
    unwrapKey: (_unwrapping, _mechanism, _wrapped, template, options) =>
      run({ name: 'unwrapKey', templates: [template], options }, () => {
        throw ckr('CKR_MECHANISM_INVALID', 'ERR_ALGORITHM_UNSUPPORTED');
      }),
  };
  return token;
}

/** What each curve's group order is: ECDSA over a digest that is given, which `node:crypto` does not do. */
const orders: Readonly<Record<string, bigint>> = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp521r1: BigInt(`0x1${'f'.repeat(65)}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`),
};

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
}

function ecdsa(key: KeyObject, digest: Uint8Array): Uint8Array {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const order = orders[curve] as bigint;
  const bits = order.toString(2).length;
  const width = Math.ceil(bits / 8);
  const once = createECDH(curve);
  once.generateKeys();
  const r = number(once.getPublicKey().subarray(1, 1 + width)) % order;
  const excess = Math.max(0, digest.byteLength * 8 - bits);
  const z = number(digest) >> BigInt(excess);
  const s = (inverse(number(once.getPrivateKey()), order) * (z + r * number(jwkBytes(key, 'd')))) % order;
  return Uint8Array.from(Buffer.from([r, s].map((half) => half.toString(16).padStart(2 * width, '0')).join(''), 'hex'));
}

function fakeSign(key: KeyObject, { type, parameter }: Mechanism, data: Uint8Array): Uint8Array {
  if (type === CKM.EDDSA) return Uint8Array.from(sign(null, data, key));
  if (type === CKM.ECDSA) return ecdsa(key, data);
  if (type === CKM.RSA_PKCS) return Uint8Array.from(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, data));
  if (type !== CKM.RSA_PKCS_PSS || parameter?.kind !== 'pss') throw ckr('CKR_MECHANISM_INVALID', 'ERR_ALGORITHM_UNSUPPORTED');
  throw ckr('CKR_FUNCTION_NOT_SUPPORTED', 'ERR_CAPABILITY_MISSING');
}

/** Random bytes with memory of their own, as a backend hands them in. */
export function random(length: number): Uint8Array {
  return Uint8Array.from(randomBytes(length));
}
