import type { TsbAttributes } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { rightsOfPublicHalf } from '../inferred.js';
import type { KeyAttributeFlags } from './key-facts.js';
import type { KeyRecord } from './key-record.js';
import { type KeyType, specFacts } from './key-specs.js';
import { derivableCurve } from './new-derivation.js';

function refuseContradictions(wire: TsbAttributes, spec: KeyType, hasPolicy: boolean): void {
  const { algorithm, family } = specFacts(spec);
  const useless = !wire.sign && !wire.decrypt && !wire.unwrap;
  // An HMAC key needs none of them, as the documentation's own example shows.
  if (useless && algorithm !== 'HMACSHA256') throw failure(606, 'one of sign, decrypt and unwrap has to be true');
  if (hasPolicy && family === 'secret') throw failure(606, 'a key without a public half cannot have a policy');
  if (hasPolicy && wire.extractable) throw failure(606, 'a key with a policy cannot be extractable');
  if ((wire.bip32 || wire.slip10) && !(wire.derive && derivableCurve(spec)))
    throw failure(606, 'bip32 and slip10 are for EC and ED keys that may derive');
}

/**
 * Flags of a new key, with the defaults of §2.2.
 * @throws SignError with the TSB error 606 for a key without any right, an exportable one or a secret one under a policy
 */
export function readAttributes(wire: TsbAttributes, spec: KeyType, hasPolicy: boolean): KeyAttributeFlags {
  refuseContradictions(wire, spec, hasPolicy);
  const extractable = wire.extractable ?? false;
  return {
    decrypt: wire.decrypt,
    sign: wire.sign,
    unwrap: wire.unwrap,
    derive: wire.derive ?? false,
    sensitive: wire.sensitive ?? !extractable,
    extractable,
    modifiable: wire.modifiable ?? true,
    copyable: wire.copyable ?? false,
    destroyable: wire.destroyable ?? false,
    encrypt: wire.encrypt,
    verify: wire.verify,
    wrap: wire.wrap,
  };
}

/**
 * Refuses what a key's attributes do not allow (§10.3). Of the public half they say it only when somebody said it.
 * @throws SignError with the TSB error 614
 */
export function demandRight(key: KeyRecord, right: 'encrypt' | 'verify' | 'wrap'): void {
  const asked = key.attributes[right];
  const allowed = asked ?? (!key.hasPrivateKey || key.attributes[rightsOfPublicHalf[right]]);
  if (!allowed) throw failure(614, `the key may not ${right}`);
}
