import { backupKeyName } from '../inferred.js';
import { generatePrivateKey } from '../keys/generate.js';
import { defaultAttributes } from '../keys/key-facts.js';
import { KeyRecord } from '../keys/key-record.js';
import { hsmSeconds, type Partition } from '../partition.js';

const open = { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null };

/**
 * The key that keeps the approvers' keys (`hsm.backupKeyName`): with an empty policy, which somebody may make stricter, and then
 * password resets have to be approved (`tsb-rest-api.md` §5.7). Made with the first approver.
 */
export async function demandBackupKey({ keys, ...partition }: Pick<Partition, 'keys' | 'clock'>): Promise<void> {
  if (keys.has(backupKeyName)) return;
  const privateKey = await generatePrivateKey('ec-p256');
  if (keys.has(backupKeyName)) return;
  const attributes = { ...defaultAttributes, sign: false, unwrap: true, destroyable: false };
  const createdAt = hsmSeconds(partition);
  keys.add(new KeyRecord({ label: backupKeyName, spec: 'ec-p256', attributes, createdAt, privateKey, rules: open }));
}
