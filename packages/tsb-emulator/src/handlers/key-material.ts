import { base64Text, hexBytes, ownBytes } from '@securosys/core';
import { fromCharArray, type KeyNameRequest } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { isSecretType, specFacts } from '../keys/key-specs.js';
import { wrappedForm } from '../keys/wrap-format.js';
import type { Partition } from '../partition.js';
import type { Handlers } from './call.js';
import { openedKey } from './keys.js';

type Names = 'changePassword' | 'exportKey' | 'exportKeyByName' | 'keyAddress' | 'keyAddressByName';

const named = (label: string | undefined): KeyNameRequest => ({ label: label ?? '' });

/** A key in clear, if it was made to be given out (`tsb-rest-api.md` §2.3). */
async function exported(partition: Partition, name: KeyNameRequest) {
  const key = await openedKey(partition, name);
  const { extractable, sensitive } = key.attributes;
  if (!extractable || sensitive || key.rules)
    throw failure(614, 'only extractable keys without a policy, and not sensitive, can be exported');
  const secret = isSecretType(key.spec);
  const form = key.hasPrivateKey ? base64Text(wrappedForm(key)) : null;
  return {
    privateKey: secret ? null : form,
    publicKey: key.spki ? base64Text(key.spki) : null,
    secretKey: secret ? form : null,
  };
}

async function address(partition: Partition, name: KeyNameRequest) {
  const key = await openedKey(partition, name);
  if (!key.address) throw failure(630, `a key of type ${specFacts(key.spec).algorithm} without an address format has no address`);
  return { address: base64Text(ownBytes(hexBytes(key.address.value))) };
}

export const keyMaterialHandlers: Pick<Handlers, Names> = {
  changePassword({ partition, body }) {
    const key = partition.keys.unlock(body.label, fromCharArray(body.password));
    if (!key.attributes.modifiable) throw failure(614, 'the key is not modifiable');
    if (key.master) throw failure(611, 'a key that is derived for a call has the password of its master');
    partition.keys.update(key, { password: fromCharArray(body.newPassword) ?? '' });
    return undefined;
  },

  exportKey: ({ partition, body }) => exported(partition, body),
  exportKeyByName: ({ partition, params }) => exported(partition, named(params.keyName)),

  keyAddress: ({ partition, body }) => address(partition, body),
  keyAddressByName: ({ partition, params }) => address(partition, named(params.keyName)),
};
