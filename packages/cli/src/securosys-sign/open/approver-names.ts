import type { KeyBackend } from '@securosys/core';
import { nameApprovers } from '@securosys/tsb-client';
import type { CommandContext } from '../context.js';
import { isTsb } from '../keys/open-keys.js';

/** Has people who decide shown by the names that the rules of their keys give them: the backend lists them by public keys. */
export function nameApproversOf(backend: KeyBackend, { approvers, signal }: Pick<CommandContext, 'approvers' | 'signal'>): void {
  if (!isTsb(backend)) return;
  approvers.use(async (label) => {
    const { policy } = (await backend.client.keys.attributes(label, { signal })).json;
    const listed = (policy?.ruleUse?.tokens ?? []).flatMap(({ groups }) => groups ?? []).flatMap(({ approvals }) => approvals);
    return (spki) => {
      const [person] = nameApprovers({ approvedBy: [spki], notYetApprovedBy: [], rejectedBy: [] }, policy).approvedBy;
      if (person?.name === undefined) return undefined;
      // A name is what whoever wrote the rules says: two people of one name are told apart.
      const namesakes = new Set(listed.flatMap(({ name, value }) => (name === person.name ? [value] : [])));
      return namesakes.size > 1 ? `${person.name} [key ${person.spkiSha256}]` : person.name;
    };
  });
}
