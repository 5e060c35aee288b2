import { base64Text } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { clientOf, failure, fakeFetch, json } from '../fake-fetch.js';
import {
  attributes,
  bytes,
  failureOf,
  id,
  itRefuses,
  itSends,
  password,
  passwordOnWire,
  policy,
  type Row,
  rules,
  text,
} from './group-rows.js';

const metaData = text('{"app":"x"}');
const tagged = { metaData, metaDataSignature: bytes(9) };
const taggedOnWire = { metaData: base64Text(metaData), metaDataSignature: 'CQ==' };
const approvals = { signedApprovals: [bytes(1), bytes(2)] };
const approvalsOnWire = { signedApprovals: ['AQ==', 'Ag=='] };
const allow = { allowPasswordInRequest: true };

const decrypting = {
  label: 'k',
  algorithm: 'AES_GCM',
  encryptedPayload: bytes(1, 2),
  initializationVector: bytes(3),
  additionalAuthenticationData: bytes(4),
  tagLength: 128,
} as const;
const decryptingOnWire = {
  encryptedPayload: 'AQI=',
  decryptKeyName: 'k',
  cipherAlgorithm: 'AES_GCM',
  initializationVector: 'Aw==',
  additionalAuthenticationData: 'BA==',
  tagLength: 128,
};
const wrapped = { wrappedKey: bytes(1), label: 'new', attributes, unwrapKeyName: 'w', wrapMethod: 'AES_WRAP_PAD_EC' } as const;
const wrappedOnWire = { ...wrapped, wrappedKey: 'AQ==' };

const rows: Record<string, Row> = {
  'signs at once, with approvals': {
    call: (c) =>
      c.sign.synchronous({
        label: 'm/0',
        password,
        algorithm: 'ML_DSA',
        payload: text('"hi"'),
        payloadType: 'UNSPECIFIED',
        signatureType: 'RAW',
        context: bytes(5),
        keyObject: bytes(6),
        ...approvals,
      }),
    sends: 'POST /v1/synchronousSign',
    body: {
      signRequest: {
        payload: base64Text(text('"hi"')),
        payloadType: 'UNSPECIFIED',
        signKeyName: 'm/0',
        keyPassword: passwordOnWire,
        signatureAlgorithm: 'ML_DSA',
        signatureType: 'RAW',
        context: 'BQ==',
        signKeyObject: 'Bg==',
        ...approvalsOnWire,
      },
    },
    answer: { signature: 'AQI=' },
    gives: bytes(1, 2),
  },
  'signs with the parameters of BIP 340': {
    call: (c) =>
      c.sign.synchronous({
        label: 'k',
        algorithm: 'NONE_WITH_EC_SCHNORR_BIP0340',
        payload: bytes(1),
        auxiliaryRandomData: bytes(2),
        taprootTweakData: bytes(3),
      }),
    sends: 'POST /v1/synchronousSign',
    body: {
      signRequest: {
        payload: 'AQ==',
        signKeyName: 'k',
        signatureAlgorithm: 'NONE_WITH_EC_SCHNORR_BIP0340',
        auxiliaryRandomData: 'Ag==',
        taprootTweakData: 'Aw==',
      },
    },
    answer: { signature: 'AQI=' },
  },
  'asks for a signature': {
    call: (c) => c.sign.asynchronous({ label: 'k', algorithm: 'EDDSA', payload: bytes(1), ...tagged }),
    sends: 'POST /v1/sign',
    body: { signRequest: { payload: 'AQ==', signKeyName: 'k', signatureAlgorithm: 'EDDSA', ...taggedOnWire } },
    answer: { signRequestId: id },
    gives: id,
  },
  'asks for a signature with a body as it stands on the wire': {
    call: (c) => c.sign.asynchronous({ payload: 'AQ==', signKeyName: 'k', signatureAlgorithm: 'EDDSA' }),
    sends: 'POST /v1/sign',
    body: { signRequest: { payload: 'AQ==', signKeyName: 'k', signatureAlgorithm: 'EDDSA' } },
    answer: { signRequestId: id },
    gives: id,
  },
  'has a signature checked, the password under its name there': {
    call: (c) => c.sign.verify({ label: 'k', password, algorithm: 'EDDSA', payload: bytes(1), signature: bytes(2) }),
    sends: 'POST /v1/verify',
    body: {
      verifySignatureRequest: {
        signKeyName: 'k',
        masterKeyPassword: passwordOnWire,
        signatureAlgorithm: 'EDDSA',
        payload: 'AQ==',
        signature: 'Ag==',
      },
    },
    answer: { signatureValid: false },
    gives: false,
  },
  encrypts: {
    call: (c) =>
      c.ciphers.encrypt({
        label: 'k',
        password,
        algorithm: 'AES_GCM',
        payload: bytes(1),
        additionalAuthenticationData: bytes(2),
        tagLength: 128,
      }),
    sends: 'POST /v1/encrypt',
    body: {
      encryptRequest: {
        payload: 'AQ==',
        encryptKeyName: 'k',
        keyPassword: passwordOnWire,
        cipherAlgorithm: 'AES_GCM',
        additionalAuthenticationData: 'Ag==',
        tagLength: 128,
      },
    },
    answer: {
      encryptedPayload: 'AQI=',
      encryptedPayloadWithoutMessageAuthenticationCode: 'AQ==',
      initializationVector: 'Aw==',
      messageAuthenticationCode: 'Ag==',
    },
    gives: {
      encryptedPayload: bytes(1, 2),
      encryptedPayloadWithoutMessageAuthenticationCode: bytes(1),
      initializationVector: bytes(3),
      messageAuthenticationCode: bytes(2),
    },
  },
  'encrypts with RSA, where the rest of the answer is null': {
    call: (c) => c.ciphers.encrypt({ label: 'k', algorithm: 'RSA_PADDING_OAEP_WITH_SHA256', payload: bytes(1) }),
    sends: 'POST /v1/encrypt',
    body: {
      encryptRequest: { payload: 'AQ==', encryptKeyName: 'k', cipherAlgorithm: 'RSA_PADDING_OAEP_WITH_SHA256' },
    },
    answer: {
      encryptedPayload: 'AQI=',
      encryptedPayloadWithoutMessageAuthenticationCode: null,
      initializationVector: null,
      messageAuthenticationCode: null,
    },
    gives: { encryptedPayload: bytes(1, 2) },
  },
  'decrypts at once, with approvals': {
    call: (c) => c.ciphers.decrypt.synchronous({ ...decrypting, password, ...approvals }),
    sends: 'POST /v1/synchronousDecrypt',
    body: { decryptRequest: { ...decryptingOnWire, keyPassword: passwordOnWire, ...approvalsOnWire } },
    answer: { payload: '' },
    gives: bytes(),
  },
  'asks for a decryption': {
    call: (c) => c.ciphers.decrypt.asynchronous({ ...decrypting, ...tagged }),
    sends: 'POST /v1/decrypt',
    body: { decryptRequest: { ...decryptingOnWire, ...taggedOnWire } },
    answer: { decryptRequestId: id },
    gives: id,
  },
  'wraps a key': {
    call: (c) =>
      c.wrapping.wrap({
        keyToBeWrapped: 'k',
        keyToBeWrappedPassword: password,
        wrapKeyName: 'w',
        wrapKeyPassword: 'p',
        wrapMethod: 'RSA_WRAP_OAEP',
      }),
    sends: 'POST /v1/wrap',
    body: {
      wrapKeyRequest: {
        keyToBeWrapped: 'k',
        keyToBeWrappedPassword: passwordOnWire,
        wrapKeyName: 'w',
        wrapKeyPassword: ['p'],
        wrapMethod: 'RSA_WRAP_OAEP',
      },
    },
    answer: { wrappedKey: 'AQ==' },
    gives: bytes(1),
  },
  'unwraps a key at once, with a policy': {
    call: (c) => c.wrapping.unwrap.synchronous({ ...wrapped, unwrapKeyPassword: password, policy, ...approvals }),
    sends: 'POST /v1/synchronousUnwrap',
    body: { unwrapKeyRequest: { ...wrappedOnWire, unwrapKeyPassword: passwordOnWire, policy, ...approvalsOnWire } },
    gives: undefined,
  },
  'asks for an unwrapping, which can carry no policy': {
    call: (c) => c.wrapping.unwrap.asynchronous({ ...wrapped, ...tagged }),
    sends: 'POST /v1/unwrap',
    body: { unwrapKeyRequest: { ...wrappedOnWire, ...taggedOnWire } },
    answer: { unwrapRequestId: id },
    gives: id,
  },
  'blocks at once': {
    call: (c) => c.block.synchronous({ label: 'k', password, ...approvals }),
    sends: 'POST /v1/synchronousBlock',
    body: { blockRequest: { blockKeyName: 'k', keyPassword: passwordOnWire, ...approvalsOnWire } },
  },
  'asks for a block': {
    call: (c) => c.block.asynchronous({ label: 'k', ...tagged }),
    sends: 'POST /v1/block',
    body: { blockRequest: { blockKeyName: 'k', ...taggedOnWire } },
    answer: { blockKeyRequestId: id },
    gives: id,
  },
  'unblocks at once': {
    call: (c) => c.unblock.synchronous({ label: 'k', ...approvals }),
    sends: 'POST /v1/synchronousUnblock',
    body: { unblockRequest: { unblockKeyName: 'k', ...approvalsOnWire } },
  },
  'asks for an end of a block': {
    call: (c) => c.unblock.asynchronous({ label: 'k', password }, allow),
    sends: 'POST /v1/unblock',
    body: { unblockRequest: { unblockKeyName: 'k', keyPassword: passwordOnWire } },
    answer: { unblockKeyRequestId: id },
    gives: id,
  },
  'modifies at once, without a key status': {
    call: (c) => c.modify.synchronous({ label: 'k', policy, ...approvals }),
    sends: 'POST /v1/synchronousModify',
    body: { modifyRequest: { modifyKeyName: 'k', policy: rules, ...approvalsOnWire } },
  },
  'asks for a change of the rules, each of them stated': {
    call: (c) => c.modify.asynchronous({ label: 'k', policy: { ...rules, ruleBlock: null, ruleUnblock: { tokens: null } } }),
    sends: 'POST /v1/modify',
    body: { modifyRequest: { modifyKeyName: 'k', policy: { ...rules, ruleBlock: null, ruleUnblock: { tokens: null } } } },
    answer: { modifyKeyRequestId: id },
    gives: id,
  },
  'computes an HMAC': {
    call: (c) => c.hmac.compute({ label: 'k', payload: bytes(1) }),
    sends: 'POST /v1/synchronousHmac',
    body: { hmacRequest: { keyName: 'k', payload: 'AQ==' } },
    answer: { keyedHash: 'AQI=' },
    gives: bytes(1, 2),
  },
  'has an HMAC checked where the documentation says': {
    call: (c) => c.hmac.verify({ label: 'k', payload: bytes(1), keyedHash: bytes(2) }),
    sends: 'POST /v1/verify',
    body: { verifyHmacRequest: { keyName: 'k', payload: 'AQ==', signature: 'Ag==' } },
    answer: { signatureValid: true },
    gives: true,
  },
  'has an HMAC checked at the endpoint of that name': {
    call: (c) => c.hmac.verify({ label: 'k', payload: bytes(1), keyedHash: bytes(2) }, { ownEndpoint: true }),
    sends: 'POST /v1/verifyHmac',
    body: { verifyHmacRequest: { keyName: 'k', payload: 'AQ==', signature: 'Ag==' } },
    answer: { signatureValid: true },
  },
  'gets random bytes': {
    call: (c) => c.random(3),
    sends: 'GET /v1/generateRandom/3',
    answer: { random: 'AQID' },
    gives: bytes(1, 2, 3),
  },
  'gets a timestamp': {
    call: (c) => c.timestamp(bytes(1)),
    sends: 'POST /v1/createRfcTimestamp',
    body: { payload: 'AQ==', hashAlgorithm: 'SHA256' },
    answer: { timestamp: 'MAMCAQE=' },
    gives: bytes(0x30, 3, 2, 1, 1),
  },
};

describe('uses of keys (§2.4, §2.5):', () => {
  itSends(rows);

  itRefuses({
    'a password that approvers would see, in a decryption': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.ciphers.decrypt.asynchronous({ ...decrypting, password }),
    ],
    'in an unwrapping': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.wrapping.unwrap.asynchronous({ ...wrapped, unwrapKeyPassword: password }),
    ],
    'in a signature': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.sign.asynchronous({ label: 'k', password, algorithm: 'EDDSA', payload: bytes(1) }),
    ],
    'in a block': ['ERR_INVALID_ARGUMENT', (c) => c.block.asynchronous({ label: 'k', password })],
    'in an end of one': ['ERR_INVALID_ARGUMENT', (c) => c.unblock.asynchronous({ label: 'k', password })],
    'in a change of rules': ['ERR_INVALID_ARGUMENT', (c) => c.modify.asynchronous({ label: 'k', policy, password })],
    'an empty password': ['ERR_INVALID_ARGUMENT', (c) => c.ciphers.decrypt.synchronous({ ...decrypting, password: '' })],
    'text where bytes belong': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.ciphers.encrypt({ label: 'k', algorithm: 'AES_GCM', payload: 'aGk=' as never }),
    ],
    'a tag length that no cipher has': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.ciphers.encrypt({ label: 'k', algorithm: 'AES_GCM', payload: bytes(1), tagLength: 127 as never }),
    ],
    'a cipher that nobody has': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.ciphers.encrypt({ label: 'k', algorithm: 'ROT13' as never, payload: bytes(1) }),
    ],
    'modify to a blocked key': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.modify.synchronous({ label: 'k', policy: { ...policy, keyStatus: { blocked: true } } }),
    ],
    'no random bytes': ['ERR_INVALID_ARGUMENT', (c) => c.random(0)],
    'half a random byte': ['ERR_INVALID_ARGUMENT', (c) => c.random(1.5)],
    'a timestamp of nothing': ['ERR_INVALID_ARGUMENT', (c) => c.timestamp(bytes())],
    'a file for a call that takes none': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.sign.verify({ label: 'k', algorithm: 'EDDSA', payload: bytes(1), signature: bytes(1), file: bytes(1) } as never),
    ],
  });

  it('another number of random bytes than asked for is ERR_PROTOCOL', async () => {
    const { fetch } = fakeFetch(json({ random: 'AQID' }));
    expect((await failureOf(clientOf(fetch).random(4))).code).toBe('ERR_PROTOCOL');
  });

  it('a timestamp that is no DER is ERR_PROTOCOL', async () => {
    const { fetch } = fakeFetch(json({ timestamp: 'MAQCAQE=' }));
    expect((await failureOf(clientOf(fetch).timestamp(bytes(1)))).code).toBe('ERR_PROTOCOL');
  });

  it.each([
    [614, 403, 'ERR_KEY_NOT_USABLE'],
    [629, 400, 'ERR_ALGORITHM_UNSUPPORTED'],
    [624, 400, 'ERR_INVALID_ARGUMENT'],
    [101, 501, 'ERR_CAPABILITY_MISSING'],
  ])('error %d is %s', async (errorCode, status, code) => {
    const { fetch } = fakeFetch(failure(errorCode, status));
    expect((await failureOf(clientOf(fetch).ciphers.decrypt.synchronous(decrypting))).code).toBe(code);
  });
});

describe('files (§2.4):', () => {
  const part = async (form: FormData | undefined, name: string) => {
    const value = form?.get(name);
    return value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : value;
  };

  it('a file is encrypted as a part beside its JSON, and comes back as bytes', async () => {
    const { fetch, seen } = fakeFetch(new Response(bytes(7, 8)));
    expect(await clientOf(fetch).files.encrypt({ label: 'k"', file: bytes(1, 2) })).toEqual(bytes(7, 8));
    const [one] = seen;
    expect(one).toMatchObject({ method: 'POST', url: 'https://tsb.example/v1/fileEncrypt' });
    expect(one?.headers.get('content-type')).toBeNull();
    const request = one?.form?.get('SignedFileEncryptRequestDto') as Blob;
    expect(request.type).toBe('application/json');
    expect(JSON.parse(await request.text())).toEqual({ fileEncryptRequest: { encryptKeyName: 'k"' } });
    expect(await part(one?.form, 'file')).toEqual(bytes(1, 2));
  });

  it('a file is decrypted with the password of its key', async () => {
    const { fetch, seen } = fakeFetch(new Response(bytes(1)));
    expect(await clientOf(fetch).files.decrypt({ label: 'k', password, file: bytes(7) })).toEqual(bytes(1));
    const request = seen[0]?.form?.get('SignedFileDecryptRequestDto') as Blob;
    expect(JSON.parse(await request.text())).toEqual({
      fileDecryptRequest: { decryptKeyName: 'k', keyPassword: passwordOnWire },
    });
  });

  it('is sent again whole after a refused API key', async () => {
    const { fetch, seen } = fakeFetch(failure(631, 401), new Response(bytes(1)));
    await clientOf(fetch, { apiKeys: { keyOperation: ['old', 'new'] } }).files.encrypt({ label: 'k', file: bytes(1, 2) });
    expect(await Promise.all(seen.map(({ form }) => part(form, 'file')))).toEqual([bytes(1, 2), bytes(1, 2)]);
  });

  it('that is not bytes is refused', async () => {
    const { fetch, seen } = fakeFetch(json({}));
    expect((await failureOf(clientOf(fetch).files.encrypt({ label: 'k', file: 'x' as never }))).code).toBe(
      'ERR_INVALID_ARGUMENT',
    );
    expect(seen).toEqual([]);
  });

  it('over the limit is cut off', async () => {
    const { fetch } = fakeFetch(new Response(new Uint8Array(2000)));
    const call = clientOf(fetch, { maxResponseBytes: 1000 }).files.encrypt({ label: 'k', file: bytes(1) });
    expect((await failureOf(call)).code).toBe('ERR_LIMIT');
  });
});
