import { createECDH, createHash, createPublicKey, publicEncrypt, randomBytes, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { CKA, CKK, CKO } from '../../src/cryptoki/attributes.js';
import { tokenFlags } from '../../src/cryptoki/flags.js';
import { CKD, CKG, CKM } from '../../src/cryptoki/mechanisms.js';
import type { Template } from '../../src/token/template.js';
import type { Native } from '../../src/worker/native.js';
import { readAtOnce } from '../../src/worker/wire.js';
import { addonPath, failureOf, nativeOn, run } from '../native.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens, twins } from '../softhsm.js';

const p256 = Buffer.from('06082a8648ce3d030107', 'hex');
const ed25519 = Buffer.from('06032b6570', 'hex');
const digest = createHash('sha256').update('a document').digest();
const session = (native: Native, readWrite = true) => run(native, { op: 'openSession', slot: slotOf(native), readWrite });

function slotOf(native: Native): Uint8Array {
  const found = run(native, { op: 'slots' }).tokens.find(({ label }) => label === tokens.main.label);
  return found?.slotId ?? new Uint8Array();
}

const sessionKey = (kind: Template): Template => [{ type: CKA.TOKEN, value: false }, { type: CKA.PRIVATE, value: true }, ...kind];

describe.skipIf(!softhsmModule || !addonPath)(`commands on SoftHSM2 ${softhsmNeeded}`, () => {
  let native: Native;
  let own: number;
  beforeAll(() => {
    native = nativeOn(softhsm());
    run(native, { op: 'initialize' });
    own = session(native);
    run(native, { op: 'login', session: own, pin: tokens.main.pin });
  });
  afterAll(() => {
    if (native) run(native, { op: 'closeSession', session: own });
  });

  const pair = (curve: Uint8Array, mechanism: number, usage: number = CKA.SIGN) =>
    run(native, {
      op: 'generateKeyPair',
      session: own,
      mechanism: { type: mechanism },
      publicTemplate: [
        { type: CKA.TOKEN, value: false },
        { type: CKA.EC_PARAMS, value: curve },
      ],
      privateTemplate: sessionKey([{ type: usage, value: true }]),
    });
  const point = (key: Uint8Array): Buffer => {
    const value = run(native, { op: 'read', session: own, object: key, read: [CKA.EC_POINT] }).get(CKA.EC_POINT);
    return Buffer.from(value ?? []).subarray(2);
  };

  it('a second initialisation says that the module is somebody else’s', () => {
    expect(run(native, { op: 'initialize' })).toEqual({ owned: false });
  });

  it('lists tokens that are initialised, texts without padding, and twins twice', () => {
    const found = run(native, { op: 'slots' }).tokens;
    expect(found.filter(({ label }) => label === twins.label)).toHaveLength(2);
    for (const { label, flags, serial, slotId } of found) {
      expect(label).toBe(label.trim());
      expect(serial).toMatch(/^[0-9a-f]{16}$/);
      expect(flags & tokenFlags.TOKEN_INITIALIZED).toBeTruthy();
      expect(slotId.buffer.byteLength).toBe(slotId.length);
    }
    expect(found[0]).not.toHaveProperty('maxSessionCount');
  });

  it('tells what a mechanism can do', () => {
    const infos = run(native, { op: 'mechanisms', slot: slotOf(native) });
    expect(infos.get(CKM.ECDSA)).toMatchObject({ minKeySize: 112, maxKeySize: 521 });
    expect(infos.has(CKM.AES_KEY_WRAP_KWP)).toBe(false);
  });

  it('a second login is none, and the session tells who is logged in', () => {
    expect(run(native, { op: 'login', session: own, pin: tokens.main.pin })).toBe('already');
    expect(run(native, { op: 'sessionInfo', session: own })).toMatchObject({ state: 3, flags: 6, slot: slotOf(native) });
  });

  it('signs with P-256, and OpenSSL agrees', () => {
    const { publicKey, privateKey } = pair(p256, CKM.EC_KEY_PAIR_GEN);
    const mechanism = { type: CKM.ECDSA };
    const signature = run(native, { op: 'sign', session: own, key: privateKey, mechanism, data: digest, bytes: 64 });
    expect(signature).toHaveLength(64);
    const kept = Uint8Array.from(signature);
    for (let count = 0; count < 300; count++)
      run(native, { op: 'sign', session: own, key: privateKey, mechanism, data: digest, bytes: 64 });
    expect(Buffer.compare(signature, kept), 'later signatures are beside it').toBe(0);
    const at = point(publicKey);
    const [x, y] = [at.subarray(1, 33).toString('base64url'), at.subarray(33).toString('base64url')];
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    expect(verify('sha256', Buffer.from('a document'), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  it('signs the empty message with Ed25519', () => {
    const { publicKey, privateKey } = pair(ed25519, CKM.EC_EDWARDS_KEY_PAIR_GEN);
    const [mechanism, data] = [{ type: CKM.EDDSA }, new Uint8Array()];
    const signature = run(native, { op: 'sign', session: own, key: privateKey, mechanism, data, bytes: 64 });
    const x = point(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    expect(verify(null, data, key, signature)).toBe(true);
  });

  it('decrypts what OpenSSL encrypted to an imported key, and signs PSS with it', () => {
    const jwk = rsaKey().export({ format: 'jwk' });
    const number = (name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi') => Buffer.from(jwk[name] ?? '', 'base64url');
    const key = run(native, {
      op: 'createObject',
      session: own,
      template: [
        { type: CKA.CLASS, value: CKO.PRIVATE_KEY },
        { type: CKA.KEY_TYPE, value: CKK.RSA },
        ...sessionKey([
          { type: CKA.SIGN, value: true },
          { type: CKA.DECRYPT, value: true },
        ]),
        { type: CKA.MODULUS, value: number('n') },
        { type: CKA.PUBLIC_EXPONENT, value: number('e') },
        { type: CKA.PRIVATE_EXPONENT, value: number('d') },
        { type: CKA.PRIME_1, value: number('p') },
        { type: CKA.PRIME_2, value: number('q') },
        { type: CKA.EXPONENT_1, value: number('dp') },
        { type: CKA.EXPONENT_2, value: number('dq') },
        { type: CKA.COEFFICIENT, value: number('qi') },
      ],
    });
    const data = publicEncrypt({ key: createPublicKey(rsaKey()), oaepHash: 'sha1' }, Buffer.from('a key'));
    const oaep = { type: CKM.RSA_PKCS_OAEP, parameter: { kind: 'oaep', hashAlg: CKM.SHA_1, mgf: CKG.MGF1_SHA1 } } as const;
    const clear = run(native, { op: 'decrypt', session: own, key, mechanism: oaep, data, bytes: 256 });
    expect(Buffer.from(clear).toString()).toBe('a key');
    expect(native.scratch.includes('a key')).toBe(false);

    const parameter = { kind: 'pss', hashAlg: CKM.SHA256, mgf: CKG.MGF1_SHA256, saltLen: 32 } as const;
    const pss = { type: CKM.RSA_PKCS_PSS, parameter };
    const signature = run(native, { op: 'sign', session: own, key, mechanism: pss, data: digest, bytes: 256 });
    const padded = { key: createPublicKey(rsaKey()), padding: 6, saltLength: 32 };
    expect(verify('sha256', Buffer.from('a document'), padded, signature)).toBe(true);

    const failure = failureOf(native, { op: 'decrypt', session: own, key, mechanism: oaep, data: randomBytes(256), bytes: 256 });
    expect(failure).toMatchObject({ method: 'C_Decrypt', session: 'replaced' });
    // A session key ends with the session that was replaced.
    const gone = failureOf(native, { op: 'sign', session: own, key, mechanism: pss, data: digest, bytes: 256 });
    expect(gone).toEqual({ code: 0x82, name: 'CKR_OBJECT_HANDLE_INVALID', method: 'C_SignInit' });
  });

  it('derives what the other side derives, and leaves no secret behind', () => {
    const { publicKey, privateKey } = pair(p256, CKM.EC_KEY_PAIR_GEN, CKA.DERIVE);
    const other = createECDH('prime256v1');
    const publicData = other.generateKeys();
    const secrets = (): number =>
      run(native, { op: 'find', session: own, template: [{ type: CKA.CLASS, value: CKO.SECRET_KEY }], read: [], max: 1000 })
        .objects.length;
    const before = secrets();
    const secret = run(native, {
      op: 'deriveSecret',
      session: own,
      key: privateKey,
      mechanism: { type: CKM.ECDH1_DERIVE, parameter: { kind: 'ecdh', kdf: CKD.NULL, publicData } },
      template: sessionKey([
        { type: CKA.CLASS, value: CKO.SECRET_KEY },
        { type: CKA.KEY_TYPE, value: CKK.GENERIC_SECRET },
        { type: CKA.SENSITIVE, value: false },
        { type: CKA.EXTRACTABLE, value: true },
        { type: CKA.VALUE_LEN, value: 32 },
      ]),
    });
    expect(Buffer.from(secret)).toEqual(other.computeSecret(point(publicKey)));
    expect(secrets()).toBe(before);
  });

  it('wraps and unwraps', () => {
    const aes = sessionKey([
      { type: CKA.WRAP, value: true },
      { type: CKA.UNWRAP, value: true },
      { type: CKA.EXTRACTABLE, value: true },
      { type: CKA.SENSITIVE, value: false },
    ]);
    const make = (): Uint8Array => {
      const template = [...aes, { type: CKA.VALUE_LEN, value: 32 }];
      return run(native, { op: 'generateKey', session: own, mechanism: { type: CKM.AES_KEY_GEN }, template });
    };
    const [wrapping, key, mechanism] = [make(), make(), { type: CKM.AES_KEY_WRAP }];
    const wrapped = run(native, { op: 'wrapKey', session: own, wrapping, mechanism, key, bytes: 16_384 });
    expect(wrapped).toHaveLength(40);
    const template = [{ type: CKA.CLASS, value: CKO.SECRET_KEY }, { type: CKA.KEY_TYPE, value: CKK.AES }, ...aes];
    const again = run(native, { op: 'unwrapKey', session: own, unwrapping: wrapping, mechanism, wrapped, template });
    const value = (object: Uint8Array) => run(native, { op: 'read', session: own, object, read: [CKA.VALUE] }).get(CKA.VALUE);
    expect(value(again)).toEqual(value(key));
    expect(value(again)).toHaveLength(32);
  });

  it('finds what matches, reads what there is, and says when there is more', () => {
    const id = randomBytes(20);
    for (let count = 0; count < 3; count++) {
      const template: Template = [
        { type: CKA.CLASS, value: CKO.DATA },
        { type: CKA.TOKEN, value: false },
        { type: CKA.LABEL, value: id },
        { type: CKA.VALUE, value: Buffer.from([count]) },
      ];
      run(native, { op: 'createObject', session: own, template });
    }
    const find = (max: number) =>
      run(native, {
        op: 'find',
        session: own,
        template: [{ type: CKA.LABEL, value: id }],
        // An attribute that data objects do not have, twice, and one that pkcs11js cannot read when it is empty.
        read: [CKA.MODULUS, CKA.VALUE, CKA.MODULUS, CKA.START_DATE, CKA.CLASS],
        max,
      });
    expect(find(2)).toMatchObject({ objects: { length: 2 }, more: true });
    const { objects, more } = find(3);
    expect(more).toBe(false);
    expect(objects.map(({ attributes }) => [...(attributes.get(CKA.VALUE) ?? [])])).toEqual(
      expect.arrayContaining([[0], [1], [2]]),
    );
    for (const { attributes } of objects) expect([...attributes.keys()].sort()).toEqual([CKA.CLASS, CKA.VALUE]);
  });

  it('of many objects the first are read at once, and the rest when they are asked for', () => {
    const template: Template = [
      { type: CKA.CLASS, value: CKO.DATA },
      { type: CKA.APPLICATION, value: new TextEncoder().encode('of many') },
    ];
    const count = readAtOnce + 3;
    for (let n = 0; n < count; n++)
      run(native, {
        op: 'createObject',
        session: own,
        template: [...template, { type: CKA.TOKEN, value: false }, { type: CKA.VALUE, value: Uint8Array.of(n) }],
      });
    const read = [CKA.VALUE];
    const { objects, rest = [], more } = run(native, { op: 'find', session: own, template, read, max: count });
    expect([objects.length, rest.length, more]).toEqual([readAtOnce, 3, false]);
    const [deleted, ...left] = rest;
    run(native, { op: 'destroyObject', session: own, object: deleted ?? new Uint8Array() });
    const others = run(native, { op: 'findRest', session: own, template, read, objects: rest });
    expect(others.map(({ handle }) => handle)).toEqual(left);
    const values = [...objects, ...others].map(({ attributes }) => attributes.get(CKA.VALUE)?.[0]);
    expect(new Set(values).size).toBe(count - 1);
    expect(run(native, { op: 'find', session: own, template, read, max: readAtOnce })).toMatchObject({ more: true });
    for (const { handle } of [...objects, ...others]) run(native, { op: 'destroyObject', session: own, object: handle });
  });

  it('a template with a value of another type never reaches the module', () => {
    for (const value of ['label', null, 1.5, -1, 2 ** 32, 1n, [1], { length: 1 }]) {
      const template = [
        { type: CKA.LABEL, value: 1 },
        { type: CKA.ID, value },
      ] as unknown as Template;
      const failure = failureOf(native, { op: 'createObject', session: own, template });
      expect(failure).toMatchObject({ code: 0, method: '', text: expect.stringContaining('0x102') });
    }
  });

  it('a date that is none never reaches the addon, which would abort the process; one that is a date is taken', () => {
    for (const value of [5, true, new Uint8Array(7)]) {
      const template: Template = [
        { type: CKA.LABEL, value: new TextEncoder().encode('dated') },
        { type: CKA.START_DATE, value },
        { type: CKA.ID, value: new Uint8Array(40).fill(0x41) },
      ];
      const failure = failureOf(native, { op: 'createObject', session: own, template });
      expect(failure).toMatchObject({ code: 0, method: '', text: expect.stringContaining('no date') });
    }
    const [mechanism, date] = [{ type: 0x1080 }, new TextEncoder().encode('20260101')];
    const template: Template = [
      { type: CKA.VALUE_LEN, value: 32 },
      { type: CKA.TOKEN, value: false },
      { type: CKA.START_DATE, value: date },
    ];
    const object = run(native, { op: 'generateKey', session: own, mechanism, template });
    run(native, { op: 'destroyObject', session: own, object });
  });

  it('a session that was never opened, or is closed, is what the module would say', () => {
    const closed = session(native, false);
    run(native, { op: 'closeSession', session: closed });
    run(native, { op: 'closeSession', session: closed });
    for (const number of [closed, 12_345]) {
      const failure = failureOf(native, { op: 'sessionInfo', session: number });
      expect(failure).toEqual({ code: 0xb3, name: 'CKR_SESSION_HANDLE_INVALID', method: '' });
    }
  });
});
