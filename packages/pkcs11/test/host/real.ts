import { createPublicKey, verify } from 'node:crypto';
import { CKA } from '../../src/cryptoki/attributes.js';
import { CKM } from '../../src/cryptoki/mechanisms.js';
import { openToken } from '../../src/host/open-token.js';
import type { OpenTokenOptions, Token } from '../../src/host/token-options.js';
import type { PinProvider } from '../../src/pin/pin-provider.js';
import type { ObjectHandle } from '../../src/token/token-calls.js';
import { addonPath } from '../native.js';

/** Gives a PIN whenever it is asked, and counts how often. */
export function plainPin(pin: string): PinProvider & { asked: number } {
  return {
    asked: 0,
    required: ({ flags }) => (flags & 4) !== 0,
    withPin(_request, attempt) {
      this.asked++;
      return attempt(pin);
    },
    forgetFailure: () => Promise.resolve(),
  };
}

/** Opens the token with this label of a module. */
export function open(module: string, label: string, pin: string, more: Partial<OpenTokenOptions> = {}): Promise<Token> {
  return openToken({
    module,
    pkcs11js: addonPath ?? '',
    select: (tokens) => tokens.filter((token) => token.label === label),
    pin: plainPin(pin),
    ...more,
  });
}

const p256 = Uint8Array.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07);
const spkiHead = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** A P-256 key on a token, and how its signatures are checked. */
export interface TestKey {
  readonly handle: ObjectHandle;
  readonly publicHandle: ObjectHandle;
  readonly id: Uint8Array;
  sign(data?: Uint8Array): Promise<Uint8Array>;
  /** Of r‖s over `data` as the digest. */
  verifies(signature: Uint8Array): boolean;
}

/** The message whose SHA-256 is signed. */
const message = new TextEncoder().encode('signed in a lane');

export async function makeKey(token: Token, name: string): Promise<TestKey> {
  const id = new TextEncoder().encode(`id of ${name}`);
  const label = new TextEncoder().encode(name);
  const both = [
    { type: CKA.TOKEN, value: true },
    { type: CKA.ID, value: id },
    { type: CKA.LABEL, value: label },
  ];
  const made = await token.generateKeyPair(
    { type: CKM.EC_KEY_PAIR_GEN },
    [{ type: CKA.CLASS, value: 2 }, ...both, { type: CKA.EC_PARAMS, value: p256 }, { type: CKA.VERIFY, value: true }],
    [{ type: CKA.CLASS, value: 3 }, ...both, { type: CKA.SIGN, value: true }, { type: CKA.PRIVATE, value: true }],
  );
  const [found] = await token.find(
    [
      { type: CKA.CLASS, value: 2 },
      { type: CKA.ID, value: id },
    ],
    [CKA.EC_POINT],
  );
  const point = found?.attributes.get(CKA.EC_POINT)?.subarray(2) ?? new Uint8Array();
  const key = createPublicKey({ key: Buffer.concat([spkiHead, point]), format: 'der', type: 'spki' });
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', message));
  return {
    handle: made.privateKey,
    publicHandle: made.publicKey,
    id,
    sign: (data = digest) => token.sign(made.privateKey, { type: CKM.ECDSA }, data, 64),
    verifies: (signature) => verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature),
  };
}
