import { base64Text, sha256Hex } from '@securosys/core';
import { expect, it } from 'vitest';
import type { ReportedPolicy } from '../../src/api/index.js';
import { buildPolicy, nameApprovers, quorum } from '../../src/index.js';
import { approverCertificate } from './certificate.js';
import { spkiOfPerson } from './people.js';

const nobody = { approvedBy: [], notYetApprovedBy: [], rejectedBy: [] };
const key = (number: number): string => base64Text(spkiOfPerson(number));
const use = quorum(1, [{ name: 'Ada', spki: spkiOfPerson(1) }, { spki: spkiOfPerson(2) }, { onboarded: 'Eve' }], {
  timeoutSeconds: 600,
});
/** Our own builder refuses such names; those of other programs arrive all the same. */
const policy: ReportedPolicy = JSON.parse(JSON.stringify(buildPolicy({ use })).replaceAll('"Ada"', '"Ada\u202e"'));

it('keys of a request get the names that the rules give them, made safe to print, and the SHA-256 of the key', () => {
  const named = nameApprovers({ approvedBy: [key(1)], notYetApprovedBy: [key(2)], rejectedBy: [key(3)] }, policy);
  expect(named).toEqual({
    approvedBy: [{ name: 'Ada\\u{202e}', spkiSha256: sha256Hex(spkiOfPerson(1)), spki: key(1) }],
    notYetApprovedBy: [{ spkiSha256: sha256Hex(spkiOfPerson(2)), spki: key(2) }],
    rejectedBy: [{ spkiSha256: sha256Hex(spkiOfPerson(3)), spki: key(3) }],
  });
});

it('who stands in the rules by certificate is found by its key', () => {
  const { certificate, spki } = approverCertificate('Bob');
  const approval = { type: 'certificate', name: 'Bob', value: base64Text(certificate) } as const;
  const token = { name: '', timelock: 0, timeout: 600, groups: [{ name: 'g', quorum: 1, approvals: [approval] }] };
  const named = nameApprovers({ ...nobody, approvedBy: [base64Text(spki)] }, { ...policy, ruleUse: { tokens: [token] } });
  expect(named.approvedBy).toMatchObject([{ name: 'Bob' }]);
});

it('without rules nobody has a name, and what is no key is shown as such and no error', () => {
  const strange = 'no base64\u001b[2J';
  const named = nameApprovers({ ...nobody, approvedBy: [key(1), strange] }, null);
  expect(named.approvedBy[0]).not.toHaveProperty('name');
  expect(named.approvedBy[1]).toEqual({ spkiSha256: 'unknown', spki: expect.not.stringContaining('\u001b') });
});
