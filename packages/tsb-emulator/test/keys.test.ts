import { constants, createHash, createPublicKey, generateKeyPair, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { base64Bytes, base64Text, type JsonObject, type KeySpec, spkiOf } from '@securosys/core';
import { tsbSignatureAlgorithms } from '@securosys/tsb-client/api';
import { beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { approvalEntry } from '../src/index.js';
import { approvers, createWorld, message, rule, signBody, type World } from './support.js';

const generate = promisify(generateKeyPair);
const rsaSpecs = ['rsa-2048', 'rsa-3072', 'rsa-4096'] as const;
const keys = new Map<KeySpec, KeyObject>();
let world: World;

beforeAll(async () => {
  for (const spec of rsaSpecs) keys.set(spec, rsaKey(Number(spec.slice(4))));
  keys.set('ec-p256', (await generate('ec', { namedCurve: 'P-256' })).privateKey);
  keys.set('ec-p384', (await generate('ec', { namedCurve: 'P-384' })).privateKey);
  keys.set('ec-p521', (await generate('ec', { namedCurve: 'P-521' })).privateKey);
  keys.set('ed25519', (await generate('ed25519', undefined)).privateKey);
  world = createWorld();
  for (const [label, privateKey] of keys) await world.tsb.addKey({ label, privateKey });
});

async function signed(label: string, signatureAlgorithm: string, payload: Uint8Array, signatureType: string) {
  const more = { signatureAlgorithm, payload: base64Text(payload), signatureType };
  const { status, body } = await world.call('POST', '/v1/synchronousSign', signBody(label, more));
  return {
    status,
    errorCode: body.errorCode,
    signature: status === 200 ? base64Bytes(body.signature as string) : new Uint8Array(),
  };
}

const ecSpecs = ['ec-p256', 'ec-p384', 'ec-p521'] as const;
const hashes = ['SHA256', 'SHA384', 'SHA512'] as const;
const cross = <A, B>(a: readonly A[], b: readonly B[]) => a.flatMap((x) => b.map((y) => [x, y] as const));

describe('signature algorithms (§3.3)', () => {
  it.each(cross(rsaSpecs, hashes))('%s signs with %s, both paddings, messages and digests alike', async (spec, hash) => {
    const name = hash.toLowerCase();
    const key = createPublicKey(keys.get(spec)!);
    const pkcs1 = { key, padding: constants.RSA_PKCS1_PADDING };
    const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    const digest = createHash(name).update(message).digest();
    const check = async (algorithm: string, payload: Uint8Array, how: typeof pss | typeof pkcs1) => {
      const { signature } = await signed(spec, algorithm, payload, 'DER');
      expect(verify(name, message, how, signature), algorithm).toBe(true);
    };
    await check(`${hash}_WITH_RSA`, message, pkcs1);
    await check(`${hash}_WITH_RSA_PSS`, message, pss);
    await check(`NONE${hash}_WITH_RSA`, digest, pkcs1);
    await check(`NONE${hash}_WITH_RSA_PSS`, digest, pss);
  });

  it.each(cross(ecSpecs, hashes))('%s signs with %s, as DER and raw, messages and digests alike', async (spec, hash) => {
    const name = hash.toLowerCase();
    const key = createPublicKey(keys.get(spec)!);
    const digest = createHash(name).update(message).digest();
    for (const [algorithm, payload] of [
      [`${hash}_WITH_ECDSA`, message],
      ['NONE_WITH_ECDSA', digest],
    ] as const) {
      const der = await signed(spec, algorithm, payload, 'DER');
      expect(verify(name, message, { key, dsaEncoding: 'der' }, der.signature), algorithm).toBe(true);
      const raw = await signed(spec, algorithm, payload, 'RAW');
      expect(verify(name, message, { key, dsaEncoding: 'ieee-p1363' }, raw.signature), algorithm).toBe(true);
    }
  });

  it('Ed25519 signs the message', async () => {
    const { signature } = await signed('ed25519', 'EDDSA', message, 'RAW');
    expect(verify(null, message, createPublicKey(keys.get('ed25519')!), signature)).toBe(true);
    expect(signature).toHaveLength(64);
  });

  it('NONE_WITH_RSA pads what it is given', async () => {
    const { signature } = await signed('rsa-2048', 'NONE_WITH_RSA', message, 'DER');
    expect(signature).toHaveLength(256);
    expect(verify('sha256', message, createPublicKey(keys.get('rsa-2048')!), signature)).toBe(false);
  });

  it('every name of the contract that does not fit a key is refused with 607, or 101 when only a real TSB has it', async () => {
    const families = { ECDSA: 'ec', RSA: 'rsa', RSA_PSS: 'rsa' } as const;
    const family = (name: string) => {
      const [, kind = ''] = /^(?:NONE)?(?:SHA(?:1|224|256|384|512))?_WITH_(\w+)$/.exec(name) ?? [];
      return name === 'EDDSA' ? 'ed' : families[kind as keyof typeof families];
    };
    for (const label of ['rsa-2048', 'ec-p256', 'ed25519'])
      for (const name of tsbSignatureAlgorithms) {
        const { errorCode } = await signed(label, name, new Uint8Array(32), 'DER');
        const needs = name === 'ML_DSA' ? 'ml-dsa' : family(name);
        if (needs === undefined || name === 'NONE_WITH_RSA_PSS') expect(errorCode, name).toBe(101);
        else if (!label.startsWith(needs)) expect(errorCode, `${label} ${name}`).toBe(607);
        else expect([undefined, 612], name).toContain(errorCode);
      }
  });

  it('a digest of the wrong length is refused with 612', async () => {
    for (const [label, name] of [
      ['rsa-2048', 'NONESHA256_WITH_RSA'],
      ['rsa-2048', 'NONESHA384_WITH_RSA_PSS'],
      ['ec-p256', 'NONE_WITH_ECDSA'],
    ] as const)
      expect((await signed(label, name, new Uint8Array(19), 'DER')).errorCode).toBe(612);
  });

  it('a made-up name is a mistake in the body', async () => {
    expect((await signed('ec-p256', 'SHA256_WITH_NOTHING', message, 'DER')).errorCode).toBe(600);
  });
});

const attributes = { decrypt: false, sign: true, unwrap: false, destroyable: true };
const create = (label: string, more: object = {}) =>
  world.call('POST', '/v1/key', { label, algorithm: 'EC', curveOid: '1.2.840.10045.3.1.7', attributes, ...more });

describe('POST /v1/key', () => {
  it.each([
    [{ algorithm: 'RSA', keySize: 2048, curveOid: undefined }, { keySize: 2048 }],
    [{ algorithm: 'EC', curveOid: '1.3.132.0.34' }, { curveOid: '1.3.132.0.34' }],
    [{ algorithm: 'EC', curveOid: '1.3.132.0.35' }, { curveOid: '1.3.132.0.35' }],
    [{ algorithm: 'ED', curveOid: '1.3.101.112' }, { algorithmOid: '1.3.101.112' }],
  ])('makes a key of %j', async (type, seen) => {
    const { status, body } = await create(`made ${JSON.stringify(type)}`, type);
    expect(status).toBe(201);
    expect(body.json).toMatchObject({ algorithm: type.algorithm, policy: null, ...seen });
  });

  it('gives attributes that the attestation key signed', async () => {
    const { body } = await create('attested <key>&');
    expect(body.xml).toContain('<label>attested &lt;key&gt;&amp;</label>');
    expect(body.xmlSignature).not.toBe('');
  });

  const a = approvers(1);
  const withPolicy = (policy: object, more: object = {}) => ({
    policy: { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null, keyStatus: { blocked: false }, ...policy },
    ...more,
  });
  const token = (more: object) => ({ tokens: [{ timelock: 0, timeout: 0, groups: [], ...more }] });
  const group = (more: object) =>
    token({ groups: [{ quorum: 1, approvals: [{ type: 'public_key', value: base64Text(a[0]!.spki) }], ...more }] });
  const refused: [string, object, number, number][] = [
    ['a label in use', { label: 'ec-p256' }, 409, 608],
    ['an unknown member', { colour: 'red' }, 400, 600],
    ['a size nobody has', { algorithm: 'RSA', keySize: 1024, curveOid: undefined }, 400, 603],
    ['no rights', { attributes: { decrypt: false, sign: false, unwrap: false } }, 400, 606],
    ['an exportable key with a policy', withPolicy({}, { attributes: { ...attributes, extractable: true } }), 400, 606],
    ['seconds that are no minutes', withPolicy({ ruleUse: token({ timeout: 90 }) }), 400, 600],
    ['a null timeout', withPolicy({ ruleUse: token({ timeout: null }) }), 400, 600],
    ['a use rule that nothing fulfils', withPolicy({ ruleUse: { tokens: [] } }), 400, 600],
    ['a use rule with null tokens', withPolicy({ ruleUse: { tokens: null } }), 400, 600],
    ['a group without approvals', withPolicy({ ruleUse: group({ approvals: [] }) }), 400, 401],
    ['a quorum over the number of approvals', withPolicy({ ruleUse: group({ quorum: 2 }) }), 400, 600],
    ['an approver twice in a group', withPolicy({ ruleUse: group({ approvals: [a[0]!, a[0]!].map(approvalEntry) }) }), 400, 600],
    ['a quorum of 0', withPolicy({ ruleUse: group({ quorum: 0 }) }), 400, 600],
    [
      'a public key that is none',
      withPolicy({ ruleUse: group({ approvals: [{ type: 'public_key', value: 'AAAA' }] }) }),
      400,
      407,
    ],
    [
      'a certificate that is none',
      withPolicy({ ruleUse: group({ approvals: [{ type: 'certificate', value: 'AAAA' }] }) }),
      400,
      409,
    ],
    [
      'an approver nobody onboarded',
      withPolicy({ ruleUse: group({ approvals: [{ type: 'onboarded_approver_certificate', name: 'x' }] }) }),
      404,
      413,
    ],
    [
      'a policy without key status',
      { policy: { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null } },
      400,
      600,
    ],
  ];
  it.each(refused)('refuses %s', async (_, more, status, errorCode) => {
    const { reason, message: text, ...answer } = (await create('new', more)).body;
    expect(answer).toEqual({ errorCode });
    expect(reason).toMatch(/^res\.error\./);
    expect(text).not.toBe('');
    expect((await create('new', more)).status).toBe(status);
  });

  it('takes rules for block, unblock and modify that nothing fulfils (2.0.1)', async () => {
    expect((await create('sealed', withPolicy({ ruleModify: { tokens: null }, ruleBlock: { tokens: [] } }))).status).toBe(201);
  });
});

describe('addKey', () => {
  const people = approvers(2);
  const add = (policy: object, more: object = {}) => world.tsb.addKey({ label: 'added', spec: 'ec-p256', policy, ...more });
  const refusedAs = (upstreamCode: number) => ({ details: { upstreamCode } });

  it('is as strict as the call', async () => {
    await expect(add({ ruleUse: rule(people, 1, { timeout: 90 }) })).rejects.toMatchObject(refusedAs(600));
    await expect(add({ ruleUse: rule(people, 3) })).rejects.toMatchObject(refusedAs(600));
    await expect(add({ ruleUse: rule([people[0]!, people[0]!], 2) })).rejects.toMatchObject(refusedAs(600));
    const groups = [{ name: 'empty', quorum: 1, approvals: [] }];
    const empty = add({ ruleUse: { tokens: [{ timelock: 0, timeout: 0, groups }] } });
    await expect(empty).rejects.toMatchObject({ details: { upstreamCode: 401, status: 400 } });
    await expect(add({}, { label: 'ec-p256' })).rejects.toMatchObject({ code: 'ERR_KEY_EXISTS' });
    await expect(add({}, { colour: 'red' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(add({}, { privateKey: keys.get('ed25519') })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('a key', () => {
  it('with a password needs it, as characters or as text', async () => {
    await create('locked', { password: ['p', 'ä'] });
    const use = (keyPassword?: unknown) => world.call('POST', '/v1/synchronousSign', signBody('locked', { keyPassword }));
    expect((await use(['p', 'ä'])).status).toBe(200);
    expect((await use('pä')).status).toBe(200);
    expect(await use()).toMatchObject({ status: 403, body: { errorCode: 620 } });
    expect((await use('p')).body.errorCode).toBe(620);
  });

  it('that may not sign does not', async () => {
    await world.tsb.addKey({ label: 'decrypts', privateKey: keys.get('ec-p256')!, attributes: { sign: false, decrypt: true } });
    expect((await world.call('POST', '/v1/synchronousSign', signBody('decrypts'))).body.errorCode).toBe(614);
  });

  it('that is blocked refuses until it is unblocked', async () => {
    await world.tsb.addKey({ label: 'blocked', spec: 'ec-p256', policy: { keyStatus: { blocked: true } } });
    expect(await world.call('POST', '/v1/sign', signBody('blocked'))).toMatchObject({ status: 403, body: { errorCode: 614 } });
    await world.call('POST', '/v1/unblock', { unblockRequest: { unblockKeyName: 'blocked' } });
    expect((await world.call('POST', '/v1/sign', signBody('blocked'))).status).toBe(201);
  });

  it('without a policy cannot be blocked or modified', async () => {
    expect((await world.call('POST', '/v1/block', { blockRequest: { blockKeyName: 'ec-p256' } })).body.errorCode).toBe(613);
  });

  it('that is not destroyable stays, and a destroyed one is gone', async () => {
    await create('stays', { attributes: { ...attributes, destroyable: false } });
    expect((await world.call('POST', '/v1/key/deleteKey', { label: 'stays' })).body.errorCode).toBe(614);
    await create('goes');
    await world.call('POST', '/v1/key/deleteKey', { label: 'goes' });
    expect(await world.call('POST', '/v1/key/attributes', { label: 'goes' })).toMatchObject({
      status: 404,
      body: { errorCode: 650 },
    });
    expect((await world.call('GET', '/v1/key')).body.list).not.toContain('goes');
  });

  it('with a policy cannot be asked to sign more than a challenge can carry', async () => {
    await world.tsb.addKey({ label: 'small', spec: 'ec-p256', policy: { ruleUse: rule(approvers(1), 1) } });
    const ask = (bytes: number) =>
      world.call('POST', '/v1/sign', signBody('small', { payload: base64Text(new Uint8Array(bytes)) }));
    expect((await ask(65_000)).status).toBe(201);
    expect((await ask(65_536)).body.errorCode).toBe(612);
  });

  it('keeps a certificate for itself, and only for itself', async () => {
    const own = await world.tsb.certificateAuthority.issue({ spki: spkiOf(keys.get('ec-p256')!), subject: 'CN=x,O=y,ST=z,C=CH' });
    const put = (label: string) => world.call('POST', '/v1/certificate/import/plain', { label, certificate: base64Text(own) });
    expect((await put('ec-p384')).body.errorCode).toBe(402);
    expect((await put('ec-p256')).status).toBe(200);
    const { body } = await world.call('GET', '/v1/certificate/ec-p256');
    expect(base64Bytes(body.certificate as string)).toEqual(own);
    expect((await world.call('GET', '/v1/certificate/ec-p384')).status).toBe(404);
  });
});

describe('service information', () => {
  it('counts what the partition holds', async () => {
    const { body } = await world.call('GET', '/v1/keystore/statistics');
    expect(body.keyStoreStatistics).toMatch(
      /^user EMULATED, private keys \d+, public keys \d+, secret keys 0, certificates \d+, /,
    );
  });
});

it('attests a policy whose names cannot break out of the XML', async () => {
  const [person] = approvers(1);
  const name = '"/><rule_modify/><x a="';
  const approvals = [{ type: 'public_key', name, value: base64Text(person!.spki) }];
  const ruleUse = { tokens: [{ name, timelock: 0, timeout: 60, groups: [{ name, quorum: 1, approvals }] }] };
  await world.tsb.addKey({ label: 'x<policy>', spec: 'ec-p256', policy: { ruleUse } });
  const { body } = await world.call('POST', '/v1/key/attributes', { label: 'x<policy>' });
  expect((body.xml as string).match(/<rule_modify/g)).toHaveLength(1);
  expect((body.json as JsonObject).policy).toMatchObject({ ruleUse: { tokens: [{ name, groups: [{ approvals }] }] } });
});
