import { base64Text, isoSeconds, utf8Bytes } from '@securosys/core';
import type { SignedKeyAttributes } from '@securosys/tsb-client/api';
import { attestationKeyName } from '../hsm/attestation-key.js';
import { attestationXml, lifelongFlags } from '../hsm/attestation-xml.js';
import { reportedFlags } from '../keys/key-facts.js';
import type { KeyRecord } from '../keys/key-record.js';
import { specFacts } from '../keys/key-specs.js';
import { hsmSeconds, type Partition } from '../partition.js';
import { wirePolicy } from '../policy/wire-policy.js';

type Flags = SignedKeyAttributes['json']['attributes'];

function flagsView(key: KeyRecord): Flags {
  const flags = Object.fromEntries(reportedFlags.map((name) => [name, key.attributes[name]])) as Pick<
    KeyRecord['attributes'],
    (typeof reportedFlags)[number]
  >;
  return { ...flags, ekaSign: null, ...lifelongFlags(key) };
}

/** What create, import, derive and attributes answer (`tsb-rest-api.md` §2.2). */
export function attributesView(partition: Partition, key: KeyRecord): SignedKeyAttributes {
  const now = hsmSeconds(partition);
  const xml = attestationXml(key, now);
  const facts = specFacts(key.spec);
  const { derivation, address, spki } = key;
  return {
    xml,
    json: {
      label: key.label,
      ...(key.id !== undefined && { id: key.id }),
      algorithm: facts.algorithm,
      algorithmOid: facts.algorithmOid,
      curveOid: facts.family === 'ec' ? facts.curveOid : undefined,
      ...(derivation && { derivedAttributes: { derivationType: derivation.type, derivationValue: derivation.value } }),
      keySize: facts.keySize,
      keyUsageCount: key.useCount,
      createTime: isoSeconds(key.createdAt * 1000),
      attestTime: isoSeconds(now * 1000),
      publicKey: spki && base64Text(spki),
      ...(address && { addressTruncated: { address: address.value, format: address.format } }),
      attributes: flagsView(key),
      policy: key.rules ? wirePolicy(key.rules, key.blocked) : null,
    },
    xmlSignature: base64Text(partition.attestationKey.sign(utf8Bytes(xml))),
    attestationKeyName,
  };
}
