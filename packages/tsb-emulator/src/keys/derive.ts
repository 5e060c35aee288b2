import { hexBytes, hexText } from '@securosys/core';
import { parseDerivationPath } from '../crypto/derivation-path.js';
import { privateKeyOf, secretOf } from '../crypto/raw-keys.js';
import { derivedKey } from '../crypto/slip10.js';
import { failure } from '../failure.js';
import { derivationTypes } from '../inferred.js';
import { KeyRecord } from './key-record.js';
import { derivableCurve } from './new-derivation.js';

/**
 * The key that `master/path` names, for one call: with the attributes, password and policy of its master, which is also who its use
 * counts for (`tsb-rest-api.md` §2.3).
 * @throws SignError with the TSB error 610 for a path that is none, 614 for a master that may not derive, 634 for one that cannot
 */
export function deriveFor(master: KeyRecord, path: string): KeyRecord {
  const indices = parseDerivationPath(path);
  if (!master.attributes.derive) throw failure(614, 'the key may not derive');
  const curve = derivableCurve(master.spec);
  if (!curve || !master.derivation) throw failure(634, 'keys of this type derive no others');
  if (master.derivation.type === derivationTypes.ed25519.bip32) throw failure(101, 'the emulator derives by SLIP-0010 only');
  const chainCode = hexBytes(master.derivation.value);
  const key = derivedKey({ curve, secret: secretOf(master.privateKey), chainCode }, indices);
  return new KeyRecord({
    ...master.facts(),
    label: `${master.label}/${path}`,
    privateKey: privateKeyOf(curve, key.secret),
    spki: undefined,
    certificate: undefined,
    address: undefined,
    derivation: { type: master.derivation.type, value: hexText(key.chainCode) },
    master,
  });
}
