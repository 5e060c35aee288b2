import { base64Bytes } from '@securosys/core';
import { type DerivedAttributes, fromCharArray, type TsbAttributes } from '@securosys/tsb-client/api';
import { privateKeyOf } from '../crypto/raw-keys.js';
import { masterKey } from '../crypto/slip10.js';
import { failure } from '../failure.js';
import { deriveFor } from '../keys/derive.js';
import { readAttributes } from '../keys/key-attributes.js';
import { KeyRecord } from '../keys/key-record.js';
import { noSuchKeyType, specOfWire } from '../keys/key-specs.js';
import { derivableCurve } from '../keys/new-derivation.js';
import { addressIn, buildNewKey, checkedNewKey, readPolicy } from '../keys/new-key.js';
import { hsmSeconds } from '../partition.js';
import { attributesView } from './attributes-view.js';
import type { Handlers } from './call.js';

const minSeed = 16;
const maxSeed = 64;

/** Of a derived key: what the call says, else what the master has. */
function derivedAttributes(asked: DerivedAttributes, { attributes }: KeyRecord): TsbAttributes {
  const { decrypt, sign, unwrap, derive, extractable, modifiable, destroyable, sensitive } = attributes;
  const known = Object.fromEntries(Object.entries(asked).filter(([, flag]) => flag !== undefined));
  const { slip10: _slip10, ...flags } = {
    ...{ decrypt, sign, unwrap, derive, extractable, modifiable, destroyable, sensitive },
    ...known,
  } as Required<DerivedAttributes>;
  if (flags.modifiable && !modifiable) throw failure(606, 'a derived key is not modifiable when its master is not');
  return flags;
}

export const derivationHandlers: Pick<Handlers, 'importSeed' | 'deriveKey'> = {
  async importSeed({ partition, body }) {
    const { label, curveOid, attributes, addressFormat } = body;
    const wire = { algorithm: body.algorithm ?? (specOfWire({ algorithm: 'ED', curveOid }) ? 'ED' : 'EC'), curveOid };
    const spec = specOfWire(wire);
    if (!spec) throw noSuchKeyType(wire);
    const curve = derivableCurve(spec);
    if (!curve) throw failure(634, 'there are no seeds for keys on this curve');
    const seed = base64Bytes(body.seed, 'seed');
    if (seed.byteLength < minSeed || seed.byteLength > maxSeed) throw failure(600, 'a seed has 128 to 512 bits');
    const asked = { label, spec, attributes, addressFormat, policy: readPolicy(body.policy, partition.approvers) };
    const facts = { ...checkedNewKey(partition, asked), imported: true };
    const master = masterKey(curve, seed);
    const key = await buildNewKey(asked, facts, privateKeyOf(curve, master.secret), master.chainCode);
    partition.keys.add(key);
    return attributesView(partition, key);
  },

  async deriveKey({ partition, body }) {
    const master = partition.keys.unlock(body.masterKeyLabel, fromCharArray(body.masterKeyPassword));
    const derived = deriveFor(master, body.derivationPath);
    const asked = derivedAttributes(body.attributes ?? {}, master);
    const attributes = readAttributes(asked, master.spec, master.rules !== undefined);
    const facts = { ...derived.facts(), attributes, createdAt: hsmSeconds(partition), useCount: 0, identity: undefined };
    const kept = new KeyRecord({ ...facts, id: undefined, imported: master.imported, blocked: master.blocked });
    const format = master.address?.format;
    const key = format === undefined ? kept : kept.with({ address: await addressIn(format, kept) });
    partition.keys.addDerived(key);
    return attributesView(partition, key);
  },
};
