import type { CallOptions } from '@securosys/core';
import { CKO } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';
import type { TokenCalls } from '../token/token-calls.js';
import { checkNewKey, type SelfTest } from './check-new-key.js';
import { extraEntries } from './entries.js';
import { freeLabel } from './free-label.js';
import { askedTemplate, type NewKey, optionalTemplate, privateTemplate, publicTemplate } from './key-templates.js';
import { makeObjects } from './make-objects.js';
import type { NewKeyOptions } from './new-key.js';
import { undo } from './own-objects.js';
import { refusesAttributes } from './refusals.js';
import type { TokenKey } from './token-key.js';

/** How the private half gets onto the token. */
export interface Reception {
  /** The public half's own attributes: {@link KeyComponents.publicHalf}. */
  readonly publicHalf: Template;
  /** Puts the private half there under this template: creates it of its components, or unwraps it. */
  readonly place: (template: Template, options: CallOptions) => Promise<unknown>;
}

/**
 * Takes a private key that was made elsewhere: private half first, then its public key object, both under one fresh CKA_ID, read back and
 * tried like a generated one.
 * @throws SignError `ERR_KEY_EXISTS`; what the token says where its policy forbids imports; and those of {@link checkNewKey}
 */
export async function receiveKey(
  calls: TokenCalls,
  key: NewKey,
  { publicHalf, place }: Reception,
  how: NewKeyOptions,
  selfTest: SelfTest,
  options: CallOptions,
): Promise<TokenKey> {
  await freeLabel(calls, key.label, CKO.PRIVATE_KEY, options);
  const strict = [...privateTemplate(key), ...askedTemplate(key, calls.token.slotId.byteLength)];
  const extra = extraEntries(how.extraPrivateTemplate, [...strict, ...optionalTemplate]);
  const make = async (rest: CallOptions) => {
    try {
      await place([...strict, ...optionalTemplate, ...extra], rest);
    } catch (error) {
      if (!refusesAttributes(error)) throw error;
      await undo(calls, key.id, rest, error);
      await place([...strict, ...extra], rest);
    }
    await calls.createObject([...publicTemplate(key), ...publicHalf], rest);
  };
  await makeObjects({ calls, id: key.id, classes: [CKO.PRIVATE_KEY, CKO.PUBLIC_KEY], make }, options);
  return checkNewKey(calls, key, how, selfTest, options);
}
