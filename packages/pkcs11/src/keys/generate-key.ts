import type { CallOptions } from '@securosys/core';
import { CKO } from '../cryptoki/attributes.js';
import { capabilitiesOf } from '../operations/capabilities.js';
import { keyBits } from '../operations/key-bits.js';
import type { Template } from '../token/template.js';
import type { TokenCalls } from '../token/token-calls.js';
import { checkNewKey, type SelfTest } from './check-new-key.js';
import { curveBySpec } from './curves.js';
import { extraEntries } from './entries.js';
import { freeLabel } from './free-label.js';
import {
  askedTemplate,
  type NewKey,
  optionalTemplate,
  pairMechanism,
  pairParameters,
  privateTemplate,
  publicTemplate,
} from './key-templates.js';
import { makeObjects } from './make-objects.js';
import type { NewKeyOptions } from './new-key.js';
import { undo } from './own-objects.js';
import { refusesAttributes, refusesCurve } from './refusals.js';
import type { TokenKey } from './token-key.js';

/** Which of two ways is taken, after the module refused the other. */
interface Way {
  readonly optional: boolean;
  readonly printable: boolean;
}

/**
 * Generates a key pair in the token by the templates of `pkcs11.md` §6.8, reads it back and tries it.
 * @throws SignError `ERR_KEY_EXISTS`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_PROTOCOL` when the key is not what was asked for (it is destroyed
 * then), `ERR_OUTCOME_UNKNOWN` with `details.ckaId`
 */
export async function generateKey(
  calls: TokenCalls,
  key: NewKey,
  how: NewKeyOptions,
  selfTest: SelfTest,
  options: CallOptions,
): Promise<TokenKey> {
  const mechanism = { type: pairMechanism(key.spec) };
  await capabilitiesOf(calls).need(mechanism.type, 'GENERATE_KEY_PAIR', keyBits(key.spec), options);
  await freeLabel(calls, key.label, CKO.PRIVATE_KEY, options);
  const strict = [...privateTemplate(key), ...askedTemplate(key, calls.token.slotId.byteLength)];
  const extra = extraEntries(how.extraPrivateTemplate, [...strict, ...optionalTemplate]);
  const generate = ({ optional, printable }: Way, rest: CallOptions) => {
    const parameters = pairParameters(key.spec, printable);
    const privateHalf: Template = [...strict, ...(optional ? optionalTemplate : []), ...extra];
    return calls.generateKeyPair(mechanism, [...publicTemplate(key), ...parameters], privateHalf, rest);
  };
  const make = async (rest: CallOptions) => {
    let way: Way = { optional: true, printable: false };
    for (;;) {
      try {
        return await generate(way, rest);
      } catch (error) {
        if (way.optional && refusesAttributes(error)) {
          await undo(calls, key.id, rest, error);
          way = { ...way, optional: false };
        } else if (!way.printable && curveBySpec(key.spec)?.printable && refusesCurve(error)) way = { ...way, printable: true };
        else throw error;
      }
    }
  };
  await makeObjects({ calls, id: key.id, classes: [CKO.PRIVATE_KEY, CKO.PUBLIC_KEY], make }, options);
  return checkNewKey(calls, key, how, selfTest, options);
}
