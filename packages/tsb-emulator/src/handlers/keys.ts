import { base64Text, isoSeconds, utf8Bytes } from '@securosys/core';
import { fromCharArray, type SignedKeyAttributes, type TsbAttributes } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { attestationKeyName } from '../hsm/attestation-key.js';
import { attestationXml, lifelongFlags } from '../hsm/attestation-xml.js';
import { generatePrivateKey } from '../keys/generate.js';
import { type KeyAttributeFlags, KeyRecord } from '../keys/key-record.js';
import { noSuchKeyType, specFacts, specOfWire } from '../keys/key-specs.js';
import { hsmSeconds, type Partition } from '../partition.js';
import { readRules } from '../policy/read-policy.js';
import { wirePolicy } from '../policy/wire-policy.js';
import { cancelRequestsOf } from '../requests/lifecycle.js';
import type { Handlers } from './call.js';

/** The answer of create and attributes (`tsb-rest-api.md` §2.2). */
export function attributesView(partition: Partition, key: KeyRecord): SignedKeyAttributes {
  const now = hsmSeconds(partition);
  const xml = attestationXml(key, now);
  const facts = specFacts(key.spec);
  const { attributes: flags } = key;
  return {
    xml,
    json: {
      label: key.label,
      ...(key.id !== undefined && { id: key.id }),
      algorithm: facts?.algorithm ?? '',
      algorithmOid: facts?.algorithmOid,
      curveOid: facts?.algorithm === 'EC' ? facts.curveOid : undefined,
      keySize: facts?.keySize,
      keyUsageCount: key.useCount,
      createTime: isoSeconds(key.createdAt * 1000),
      attestTime: isoSeconds(now * 1000),
      publicKey: base64Text(key.spki),
      attributes: { ...flags, ekaSign: null, ...lifelongFlags(key) },
      policy: key.rules ? wirePolicy(key.rules, key.blocked) : null,
    },
    xmlSignature: base64Text(partition.attestationKey.sign(utf8Bytes(xml))),
    attestationKeyName,
  };
}

/** Defaults of §2.2; a key without any right, or an exportable one under a policy, is refused. */
function readAttributes(wire: TsbAttributes, hasPolicy: boolean): KeyAttributeFlags {
  const extractable = wire.extractable ?? false;
  if (!wire.sign && !wire.decrypt && !wire.unwrap) throw failure(606, 'one of sign, decrypt and unwrap has to be true');
  if (hasPolicy && extractable) throw failure(606, 'a key with a policy cannot be extractable');
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
  };
}

export const keyHandlers: Pick<Handlers, 'createKey' | 'listKeys' | 'keyAttributes' | 'deleteKey'> = {
  async createKey({ partition, body }) {
    const spec = specOfWire(body);
    if (!spec) throw noSuchKeyType(body);
    if (body.addressFormat && !body.policy) throw failure(630, 'an address format is only for keys with a policy');
    const attributes = readAttributes(body.attributes, body.policy !== undefined);
    const policy = body.policy && { rules: readRules(body.policy), blocked: body.policy.keyStatus.blocked };
    if (policy?.blocked && policy.rules.ruleUnblock?.tokens.length === 0)
      throw failure(600, 'nobody could ever unblock this key');
    partition.keys.refuseTaken(body.label);
    const key = new KeyRecord({
      label: body.label,
      id: body.id,
      spec,
      attributes,
      createdAt: hsmSeconds(partition),
      privateKey: await generatePrivateKey(spec),
      password: fromCharArray(body.password),
      ...policy,
    });
    partition.keys.add(key);
    return attributesView(partition, key);
  },

  listKeys: ({ partition }) => partition.keys.labels(),

  keyAttributes: ({ partition, body }) =>
    attributesView(partition, partition.keys.unlock(body.label, fromCharArray(body.password))),

  deleteKey({ partition, body }) {
    const key = partition.keys.unlock(body.label, fromCharArray(body.password));
    if (!key.attributes.destroyable) throw failure(614, 'the key is not destroyable');
    partition.keys.delete(key);
    cancelRequestsOf(partition, key);
    return undefined;
  },
};
