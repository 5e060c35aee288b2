import { base64Text, isoSeconds } from '@securosys/core';
import { elementOfSymmetricKey, tokenOfNullRule } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { specFacts } from '../keys/key-specs.js';
import type { MaybeRule, PolicyGroup, PolicyToken, RuleName } from '../policy/model.js';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/**
 * Labels and names are foreign: without this, a label could close its element and write a policy of its own (S33). A recorded
 * attestation escapes the apostrophe, too. What no XML can hold, and what a reader would change, is shown as the replacement character.
 */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (c) => entities[c] as string)
    .replace(/[\p{Cc}\ufffe\uffff]/gu, '\ufffd');
}

/** What an attestation says of a key; a key record has it. */
export interface AttestableKey extends Pick<KeyRecord, 'label' | 'spec' | 'attributes' | 'createdAt' | 'rules' | 'blocked'> {
  /** Absent: a symmetric key. */
  readonly spki?: Uint8Array | undefined;
  readonly imported: boolean;
  readonly useCount: number;
  /** Of a key that others can be derived from, or that was derived: type and 64 hex characters. */
  readonly derivation?: { readonly type: string; readonly value: string } | undefined;
  /** Hex, for keys with an address format. */
  readonly address?: { readonly format: string; readonly value: string } | undefined;
}

type Xml = readonly string[];

const leaf = (name: string, value: string | number | boolean): Xml => [`<${name}>${escaped(String(value))}</${name}>`];

function node(name: string, children: readonly Xml[], attributes = ''): Xml {
  const inside = children.flat();
  return inside.length === 0
    ? [`<${name}${attributes}/>`]
    : [`<${name}${attributes}>`, ...inside.map((l) => `\t${l}`), `</${name}>`];
}

const groupXml = (group: PolicyGroup): Xml =>
  node(
    'group',
    [
      leaf('quorum', group.quorum),
      group.approvers.map((a) => `<approval type="${a.type}" name="${escaped(a.name)}">${a.value}</approval>`),
    ],
    ` name="${escaped(group.name)}"`,
  );

const tokenXml = (token: PolicyToken): Xml =>
  node(
    'token',
    [leaf('timelock', token.timelock), leaf('timeout', token.timeout), ...token.groups.map(groupXml)],
    ` name="${escaped(token.name)}"`,
  );

const ruleXml = (name: string, rule: MaybeRule): Xml => node(name, (rule?.tokens ?? [tokenOfNullRule]).map(tokenXml));

const ruleElements: readonly (readonly [string, RuleName])[] = [
  ['rule_use', 'ruleUse'],
  ['rule_block', 'ruleBlock'],
  ['rule_unblock', 'ruleUnblock'],
  ['rule_modify', 'ruleModify'],
];

function policyXml(key: AttestableKey): Xml {
  const { rules } = key;
  if (!rules) return [];
  const status = node('key_status', [leaf('blocked', key.blocked)]);
  return node('policy', [status, ...ruleElements.map(([element, name]) => ruleXml(element, rules[name]))]);
}

/** What was always so: an imported key was outside once, whatever it is now (PKCS#11). */
export function lifelongFlags({ attributes, imported }: Pick<AttestableKey, 'attributes' | 'imported'>): {
  readonly alwaysSensitive: boolean;
  readonly neverExtractable: boolean;
} {
  return { alwaysSensitive: attributes.sensitive && !imported, neverExtractable: !attributes.extractable && !imported };
}

function attributesXml(key: AttestableKey): Xml {
  const { attributes: a } = key;
  const { alwaysSensitive, neverExtractable } = lifelongFlags(key);
  return node('attributes', [
    leaf('decrypt', a.decrypt),
    leaf('sign', a.sign),
    leaf('unwrap', a.unwrap),
    leaf('derive', a.derive),
    leaf('sensitive', a.sensitive),
    leaf('always_sensitive', alwaysSensitive),
    leaf('extractable', a.extractable),
    leaf('never_extractable', neverExtractable),
    leaf('modifiable', a.modifiable),
    leaf('copyable', a.copyable),
    leaf('destroyable', a.destroyable),
    leaf('unique', true),
  ]);
}

/**
 * The attestation text of a key (`tsb-rest-api.md` §2.3): element names and their order as recorded.
 * @param now seconds
 */
export function attestationXml(key: AttestableKey, now: number): string {
  const facts = specFacts(key.spec);
  const typed = (name: string, attribute: string, value: string): Xml => [`<${name} ${attribute}>${escaped(value)}</${name}>`];
  const lines = node(
    key.spki ? 'private_key' : elementOfSymmetricKey,
    [
      leaf('label', key.label),
      leaf('create_time', isoSeconds(key.createdAt * 1000)),
      leaf('attest_time', isoSeconds(now * 1000)),
      leaf('key_use_count', key.useCount),
      leaf('algorithm', facts?.algorithm ?? ''),
      leaf('algorithm_oid', facts?.algorithmOid ?? ''),
      facts?.algorithm === 'EC' ? leaf('curve_oid', facts.curveOid ?? '') : [],
      facts?.keySize ? leaf('key_size', facts.keySize) : [],
      key.spki ? leaf('public_key', base64Text(key.spki)) : [],
      key.derivation ? typed('derivation_value', `type="${escaped(key.derivation.type)}"`, key.derivation.value) : [],
      key.address ? typed('address_truncated', `format="${escaped(key.address.format)}"`, key.address.value) : [],
      attributesXml(key),
      policyXml(key),
    ],
    ` creation="${key.imported ? 'imported' : 'generated'}"`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${lines.join('\n')}\n\n`;
}
