import { base64Bytes, base64Text, equalBytes, SignError } from '@securosys/core';
import { readApproverCertificate } from './approver-certificate.js';
import type { ModifyPolicy, PolicyApproval, PolicyGroup, PolicyRule, PolicyToken } from './policy.js';
import { element, FrameReader, frame, textElement, u32Element } from './tlv.js';

const ruleTypes = { ruleUse: 0x104e, ruleBlock: 0x104f, ruleUnblock: 0x1050, ruleModify: 0x1051 } as const;
const ruleNames = ['ruleUse', 'ruleBlock', 'ruleUnblock', 'ruleModify'] as const;
const types = {
  tokens: 0x0059,
  name: 0x1002,
  minutes: 0x0055,
  groups: 0x005a,
  quorum: 0x005b,
  approvers: 0x0003,
  spki: 0x1052,
} as const;

/** Turns an approval of a policy into the public key (SPKI DER) that the frame names. */
export type ApprovalKey = (approval: PolicyApproval) => { readonly name: string; readonly spki: Uint8Array };

/**
 * What a frame says of an approver. Inferred, here and nowhere else: the code of certificates is not known (§5.4, §8), so a
 * certificate stands as its common name and key, as the emulator writes it too.
 */
const nameAndKey: ApprovalKey = ({ type, name = '', value }) => {
  if (value === undefined || (type !== 'public_key' && type !== 'certificate'))
    throw new SignError('ERR_CAPABILITY_MISSING', 'an approver whose key only the TSB knows has no form in a policy frame');
  const bytes = base64Bytes(value, 'approver');
  if (type === 'public_key') return { name, spki: bytes };
  const { commonName, spki } = readApproverCertificate(bytes);
  return { name: commonName ?? name, spki };
};

/** A `null` rule is what the HSM calls one token without conditions (§4.2): always fulfilled. */
const alwaysFulfilled: PolicyRule = { tokens: [{ name: '', timelock: 0, timeout: 0, groups: [] }] };

function groupElements(group: PolicyGroup, keyOf: ApprovalKey): Uint8Array[] {
  const approvers = group.approvals.flatMap((approval) => {
    const { name, spki } = keyOf(approval);
    return [textElement(types.name, name), element(types.spki, spki)];
  });
  return [
    textElement(types.name, group.name ?? ''),
    u32Element(types.quorum, group.quorum),
    u32Element(types.approvers, group.approvals.length),
    ...approvers,
  ];
}

function tokenElements(token: PolicyToken, keyOf: ApprovalKey): Uint8Array[] {
  const groups = token.groups ?? [];
  return [
    textElement(types.name, token.name ?? ''),
    u32Element(types.minutes, token.timelock / 60),
    u32Element(types.minutes, token.timeout / 60),
    u32Element(types.groups, groups.length),
    ...groups.flatMap((group) => groupElements(group, keyOf)),
  ];
}

/**
 * The payload of a modify challenge (`tsb-rest-api.md` §5.4): the four new rules, times in minutes. An approver by certificate is
 * written as its name and key, which is inferred.
 * @throws SignError `ERR_CAPABILITY_MISSING` for an approver that `keyOf` cannot name, `ERR_INVALID_ARGUMENT` for times that are
 * not whole minutes, `ERR_LIMIT` for a rule over 65,535 bytes
 */
export function encodePolicyFrame(policy: ModifyPolicy, keyOf: ApprovalKey = nameAndKey): Uint8Array<ArrayBuffer> {
  return frame(
    ...ruleNames.map((name) => {
      const tokens = (policy[name] ?? alwaysFulfilled).tokens ?? [];
      const count = u32Element(types.tokens, tokens.length);
      return element(ruleTypes[name], frame(count, ...tokens.flatMap((token) => tokenElements(token, keyOf))));
    }),
  );
}

const times = <T>(count: number, reader: FrameReader, read: () => T): T[] => {
  const out: T[] = [];
  for (let i = 0; i < count; i++) {
    if (reader.atEnd) reader.fail('fewer entries than announced');
    out.push(read());
  }
  return out;
};

function readRule(bytes: Uint8Array): PolicyRule {
  const reader = new FrameReader(bytes, 'policy rule');
  const approval = (): PolicyApproval => {
    const name = reader.text(types.name);
    return { type: 'public_key', name, value: base64Text(reader.bytes(types.spki)) };
  };
  const group = (): PolicyGroup => {
    const name = reader.text(types.name);
    const quorum = reader.u32(types.quorum);
    return { name, quorum, approvals: times(reader.u32(types.approvers), reader, approval) };
  };
  const token = (): PolicyToken => {
    const name = reader.text(types.name);
    const timelock = reader.u32(types.minutes) * 60;
    const timeout = reader.u32(types.minutes) * 60;
    return { name, timelock, timeout, groups: times(reader.u32(types.groups), reader, group) };
  };
  const tokens = times(reader.u32(types.tokens), reader, token);
  reader.end();
  return { tokens };
}

/**
 * The rules that a modify challenge carries, times in seconds; a rule that is always fulfilled shows as one token without
 * groups. Only bytes that {@link encodePolicyFrame} makes are accepted.
 * @throws SignError `ERR_MALFORMED`
 */
export function decodePolicyFrame(bytes: Uint8Array): ModifyPolicy {
  const reader = new FrameReader(bytes, 'policy frame');
  const rule = (name: keyof typeof ruleTypes) => readRule(reader.bytes(ruleTypes[name]));
  const policy: ModifyPolicy = {
    ruleUse: rule('ruleUse'),
    ruleBlock: rule('ruleBlock'),
    ruleUnblock: rule('ruleUnblock'),
    ruleModify: rule('ruleModify'),
  };
  reader.end();
  if (!equalBytes(encodePolicyFrame(policy), bytes)) reader.fail('does not encode to the same bytes again');
  return policy;
}
