import { type ApproverKeyPair, approvalEntry, createApproverKey, type FakeTsb, type WireRules } from '@securosys/tsb-emulator';

/** Three people, two of whom approve each use of the key. */
export function createPeople(): { approvers: readonly ApproverKeyPair[]; policy: WireRules } {
  const approvers = ['CISO', 'Dev lead', 'Product'].map((name) => createApproverKey(name));
  const group = { name: 'officers', quorum: 2, approvals: approvers.map(approvalEntry) };
  const rule = { tokens: [{ name: 'release', timelock: 0, timeout: 86_400, groups: [group] }] };
  return { approvers, policy: { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule } };
}

/** The digest of the image that a payload is about: what stands in the bytes to be signed. */
function imageOf(payload: Uint8Array | undefined): string {
  const [, claims = ''] = Buffer.from(payload ?? [])
    .toString('latin1')
    .split('.');
  const { targetArtifact } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { targetArtifact: { digest: string } };
  return targetArtifact.digest;
}

/** What people do all day, and what they must never see. */
export interface Officers {
  /** Approves what waits, each request by another two of the three. @returns how many */
  approve(most?: number): Promise<number>;
  /** Images that ever had two open requests at once. */
  readonly doubled: ReadonlySet<string>;
}

export function createOfficers(tsb: FakeTsb, approvers: readonly ApproverKeyPair[]): Officers {
  const doubled = new Set<string>();
  let turn = 0;
  return {
    doubled,
    async approve(most = 50) {
      const open = tsb.requests.filter(({ status }) => status === 'PENDING');
      const images = open.map(({ payload }) => imageOf(payload));
      for (const [at, image] of images.entries()) if (images.indexOf(image) !== at) doubled.add(image);
      const now = open.slice(0, most);
      for (const { id } of now) {
        const absent = turn++ % approvers.length;
        for (const [at, person] of approvers.entries()) if (at !== absent) await tsb.approve(id, person);
      }
      return now.length;
    },
  };
}
