import { readFileSync } from 'node:fs';
import { parseSigningPolicy } from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';
import { requirements } from '../../src/policy/requirements.js';

const guide = readFileSync(new URL('../../../../docs/guides/signing-policy.md', import.meta.url), 'utf8');

describe('the guide', () => {
  it('shows policies that can be read', async () => {
    const policies = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text as string);
    expect(policies).toHaveLength(3);
    for (const text of policies) await parseSigningPolicy(text);
  });

  it('tells of every rule that there is, and which may stand in `when`', () => {
    for (const { name, condition } of requirements.values())
      expect(guide).toMatch(new RegExp(`^\\| \`${name}\` .*\\| ${condition ? 'yes +' : ' +'}\\|$`, 'm'));
  });
});
