import { base64Bytes, SignError, sha256Hex } from '@securosys/core';
import type { ReportedPolicy } from '../api/policy.js';
import type { ApprovalTask } from '../api/tasks.js';
import { parseAttestation } from '../attestation/parse-attestation.js';
import { type AttestationAnchors, isAttested } from './attested.js';

/** What level 5 of a task says about the key. */
export interface ReportedKey {
  readonly label: string;
  readonly spki: Uint8Array;
  readonly spkiSha256: string;
  /** Whether a pinned attestation key signed all of it, lately; else it is the TSB's word. */
  readonly attested: boolean;
  /** What the key may do; absent when the attributes are written in a way that this version does not read. */
  readonly may?: { readonly sign: boolean; readonly decrypt: boolean; readonly unwrap: boolean };
  /** Rules of today; `null`: a key without rules. Absent as `may` is. */
  readonly policy?: ReportedPolicy | null;
}

/** The one value of an element, with its entities undone; `undefined` when it is not there exactly once. */
function only(xml: string, name: string): string | undefined {
  const found = [...xml.matchAll(new RegExp(`<${name}>([^<>]*)</${name}>`, 'g'))];
  const value = found.length === 1 ? found[0]?.[1] : undefined;
  return value
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** Label and public key alone: both elements hold text only and must occur exactly once. */
function labelAndKey(xml: string): ReportedKey {
  const label = only(xml, 'label');
  const publicKey = only(xml, 'public_key');
  if (label === undefined || publicKey === undefined || xml.includes('<!'))
    throw new SignError('ERR_MALFORMED', 'key attributes of the task do not state one label and one public key');
  const spki = base64Bytes(publicKey.replace(/\s+/g, ''), 'public key of the task');
  return { label, spki, spkiSha256: sha256Hex(spki), attested: false };
}

/**
 * The key of a task, from its XML (`tsb-rest-api.md` §2.3). Attributes and rules are read by the schema of attestations; firmware that
 * writes something else still has to state one label and one public key.
 * @throws SignError `ERR_MALFORMED`
 */
export async function reportedKey(task: ApprovalTask, anchors: AttestationAnchors, now: number): Promise<ReportedKey> {
  const xml = task.keyAttributes ?? '';
  try {
    const { label, spki, spkiSha256, attributes, policy, attestedAt } = await parseAttestation(xml, {
      allowUnknownElements: true,
    });
    return { label, spki, spkiSha256, attested: isAttested(task, attestedAt, anchors, now), may: attributes, policy };
  } catch (error) {
    if (!SignError.is(error, 'ERR_MALFORMED')) throw error;
    return labelAndKey(xml);
  }
}
