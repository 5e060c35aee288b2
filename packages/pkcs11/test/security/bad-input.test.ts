import { SignError, type SignInput } from '@securosys/core';
import { expect, it } from 'vitest';
import { type ReturnValueName, returnValues } from '../../src/cryptoki/return-values.js';
import { extraEntries } from '../../src/keys/entries.js';
import { capabilitiesOf } from '../../src/operations/capabilities.js';
import { decryptWith } from '../../src/operations/decrypt.js';
import { planToSign, signWith } from '../../src/operations/sign.js';
import { longestWholeMessage } from '../../src/operations/sign-input.js';
import { wrapWith } from '../../src/operations/wrap.js';
import { checkPinFlags } from '../../src/pin/token-flags.js';
import type { TemplateEntry } from '../../src/token/template.js';
import { selectTokens } from '../../src/uri/select-tokens.js';
import { stubKey, stubToken } from '../operations/stub-token.js';

const { context, token, asked } = stubToken();
const none = { ...context, capabilities: capabilitiesOf({ ...token, mechanisms: async () => new Map() }) };
const library = { manufacturer: '', description: '', version: '1.0', cryptokiVersion: '2.40' };
const sign = async (spec: 'ec-p256' | 'ed25519', input: SignInput, where = context) => {
  const key = stubKey({ spec });
  const plan = await planToSign(where, key, spec === 'ed25519' ? 'ed25519' : 'ecdsa-sha256');
  return signWith(where, key, plan, input);
};

it.each<readonly [string, SignError['code'], ReturnValueName, RegExp, () => unknown]>([
  ['no token', 'ERR_NOT_FOUND', 'CKR_TOKEN_NOT_PRESENT', /by its label/, () => selectTokens([], library, { token: 'x' })],
  [
    'a locked PIN',
    'ERR_AUTHENTICATION',
    'CKR_PIN_LOCKED',
    /security officer/,
    () => checkPinFlags({ flags: 0x40004, label: 'a' }, { allowFinalTry: true }),
  ],
  [
    'a missing mechanism',
    'ERR_ALGORITHM_UNSUPPORTED',
    'CKR_MECHANISM_INVALID',
    /mechanisms\(\) lists/,
    () => sign('ec-p256', { message: new Uint8Array(1) }, none),
  ],
  [
    'a digest of the wrong length',
    'ERR_INVALID_ARGUMENT',
    'CKR_DATA_LEN_RANGE',
    /give the message/,
    () => sign('ec-p256', { digest: new Uint8Array(20) }),
  ],
  [
    'a key without the usage',
    'ERR_KEY_NOT_USABLE',
    'CKR_KEY_FUNCTION_NOT_PERMITTED',
    /use a key that was made to decrypt/,
    () => decryptWith(context, stubKey({ usages: ['sign'] }), { algorithm: 'rsa-oaep-sha1', ciphertext: new Uint8Array(256) }),
  ],
  [
    'a key that is not extractable',
    'ERR_KEY_NOT_USABLE',
    'CKR_KEY_UNEXTRACTABLE',
    /made with extractable/,
    () =>
      wrapWith(
        token,
        async () => ({ type: 1 }),
        { ...stubKey(), usages: ['wrap'] },
        { handle: stubKey().handle, extractable: false },
        'rfc5649',
      ),
  ],
  [
    'a message that is too long',
    'ERR_LIMIT',
    'CKR_DATA_LEN_RANGE',
    /sign the digest/,
    () => sign('ed25519', { message: new Uint8Array(longestWholeMessage + 1) }),
  ],
  [
    'a template with a value of another type',
    'ERR_INVALID_ARGUMENT',
    'CKR_ATTRIBUTE_VALUE_INVALID',
    /is not bytes/,
    () => extraEntries([{ type: 0x80000001, value: 'x' } as unknown as TemplateEntry], []),
  ],
])('%s is refused before any native call, by the name and number of its return value, with what to do', async (...row) => {
  const [, code, name, advice, act] = row;
  const error = await (async () => act())().then(
    () => expect.fail('was not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code, details: { upstreamName: name, upstreamCode: returnValues[name] } });
  expect(SignError.is(error) && error.message).toMatch(advice);
  expect(asked).toEqual([]);
});
