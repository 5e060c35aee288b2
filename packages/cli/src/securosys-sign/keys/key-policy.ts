import type { TsbBackend } from '@securosys/tsb-client';
import type { ModifyPolicy } from '@securosys/tsb-client/api';
import type { CommandContext } from '../context.js';

/** The rules that a TSB reports of a key; `null` for a plain key. */
export async function policyOf({ signal }: CommandContext, { client }: TsbBackend, label: string): Promise<ModifyPolicy | null> {
  const { json } = await client.keys.attributes(label, { signal });
  return json.policy ?? null;
}
