import { base64Bytes } from '@securosys/core';
import type { PolicyApproval, PolicyGroup, PolicyRule, PolicyToken, ReportedPolicy } from '../api/policy.js';
import { attribute, ElementReader, leafCount, leafFlag, leafText } from './element-reader.js';
import { malformedXml, type XmlElement } from './xml-tree.js';

/** Onboarded approvers are resolved to certificates before the HSM sees them (`tsb-rest-api.md` §4.1). */
const attestedTypes = ['public_key', 'certificate'] as const;

function approvalOf(element: XmlElement): PolicyApproval {
  const value = leafText(element, ['type', 'name']);
  const stated = attribute(element, 'type');
  const type = attestedTypes.find((known) => known === stated) ?? malformedXml('an approval is of an unknown type');
  if (base64Bytes(value, 'approver').byteLength === 0) malformedXml('an approval holds no key');
  return { type, name: element.attributes.get('name') ?? '', value };
}

function groupOf(element: XmlElement): PolicyGroup {
  const reader = new ElementReader(element, ['name']);
  const quorum = leafCount(reader.take('quorum'));
  const approvals = reader.many('approval').map(approvalOf);
  reader.end();
  if (quorum < 1 || approvals.length === 0) malformedXml('a group asks nobody');
  return { name: element.attributes.get('name') ?? '', quorum, approvals };
}

function tokenOf(element: XmlElement): PolicyToken {
  const reader = new ElementReader(element, ['name']);
  const timelock = leafCount(reader.take('timelock'));
  const timeout = leafCount(reader.take('timeout'));
  const groups = reader.many('group').map(groupOf);
  reader.end();
  if (timelock % 60 !== 0 || timeout % 60 !== 0) malformedXml('a token states no whole minutes');
  return { name: element.attributes.get('name') ?? '', timelock, timeout, groups };
}

function ruleOf(element: XmlElement): PolicyRule {
  const reader = new ElementReader(element);
  const tokens = reader.many('token').map(tokenOf);
  reader.end();
  return { tokens };
}

/**
 * The policy of an attestation (`tsb-rest-api.md` §2.3). Nothing unknown is ever skipped here: it might change who may do what.
 * @throws SignError `ERR_MALFORMED`
 */
export function policyOf(element: XmlElement): ReportedPolicy {
  const reader = new ElementReader(element);
  const status = new ElementReader(reader.take('key_status'));
  const blocked = leafFlag(status.take('blocked'));
  status.end();
  const ruleUse = ruleOf(reader.take('rule_use'));
  const ruleBlock = ruleOf(reader.take('rule_block'));
  const ruleUnblock = ruleOf(reader.take('rule_unblock'));
  const ruleModify = ruleOf(reader.take('rule_modify'));
  reader.end();
  return { ruleUse, ruleBlock, ruleUnblock, ruleModify, keyStatus: { blocked } };
}
