import { base64Text, type KeyInfo } from '@securosys/core';
import type { Line } from '../output/output.js';

const approvalText = ({ needsApproval }: KeyInfo): string =>
  needsApproval === undefined
    ? 'not known whether people approve its use'
    : needsApproval
      ? 'people approve each use'
      : 'nobody approves its use';

/** A key for programs; bytes are base64. */
export const keyData = ({ ref, spec, usages, needsApproval, assurance, blocked, spki }: KeyInfo) => ({
  ...(ref.label !== undefined && { label: ref.label }),
  spkiSha256: ref.spkiSha256,
  ...(spec !== undefined && { spec }),
  usages,
  ...(needsApproval !== undefined && { needsApproval }),
  assurance,
  blocked: blocked === true,
  spki: base64Text(spki),
});

/** A key in two lines for people. */
export function keyLines(info: KeyInfo): Line[] {
  const { ref, spec, usages, assurance, blocked } = info;
  return [
    { text: `${ref.label ?? '(no label)'}${blocked ? '  BLOCKED' : ''}`, tone: blocked ? 'warn' : 'strong' },
    `  ${spec ?? 'of a type that no format here uses'}, for ${usages.join(' and ') || 'nothing'}; ${approvalText(info)}; ${assurance}`,
    `  public key SHA-256 ${ref.spkiSha256}`,
  ];
}
