import { fromCharArray, type KeyNameRequest } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { generatePrivateKey } from '../keys/generate.js';
import type { KeyRecord } from '../keys/key-record.js';
import { noSuchKeyType, specOfWire } from '../keys/key-specs.js';
import { addressIn, buildNewKey, checkedNewKey, readPolicy } from '../keys/new-key.js';
import type { Partition } from '../partition.js';
import { cancelRequestsOf } from '../requests/lifecycle.js';
import { attributesView } from './attributes-view.js';
import type { Handlers } from './call.js';

type Names = 'createKey' | 'listKeys' | 'keyAttributes' | 'keyAttributesByName' | 'deleteKey' | 'deleteKeyByName';

const named = (label: string | undefined): KeyNameRequest => ({ label: label ?? '' });

/** The key, opened; one that is derived for this call has the address that its master's format gives it. */
export async function openedKey(partition: Partition, { label, password }: KeyNameRequest): Promise<KeyRecord> {
  const key = partition.keys.unlock(label, fromCharArray(password));
  const format = key.master?.address?.format;
  return format === undefined ? key : key.with({ address: await addressIn(format, key) });
}

const attributesOf = async (partition: Partition, name: KeyNameRequest) =>
  attributesView(partition, await openedKey(partition, name));

function deleteKey(partition: Partition, { label, password }: KeyNameRequest): undefined {
  const key = partition.keys.unlock(label, fromCharArray(password));
  if (!partition.keys.holds(key)) throw failure(611, 'a key that is derived for a call cannot be deleted');
  if (!key.attributes.destroyable) throw failure(614, 'the key is not destroyable');
  partition.keys.delete(key);
  cancelRequestsOf(partition, key);
}

export const keyHandlers: Pick<Handlers, Names> = {
  async createKey({ partition, body }) {
    const spec = specOfWire(body);
    if (!spec) throw noSuchKeyType(body);
    const asked = { ...body, spec, policy: readPolicy(body.policy, partition.approvers) };
    const facts = checkedNewKey(partition, asked);
    const key = await buildNewKey(asked, facts, await generatePrivateKey(spec));
    partition.keys.add(key);
    return attributesView(partition, key);
  },

  listKeys: ({ partition }) => partition.keys.labels(),

  keyAttributes: ({ partition, body }) => attributesOf(partition, body),
  keyAttributesByName: ({ partition, params }) => attributesOf(partition, named(params.keyName)),

  deleteKey: ({ partition, body }) => deleteKey(partition, body),
  deleteKeyByName: ({ partition, params }) => deleteKey(partition, named(params.keyName)),
};
