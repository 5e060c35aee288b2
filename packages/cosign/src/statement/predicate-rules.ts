import type { PredicateName } from './predicate-types.js';

/** What a member has to be: a text (one of those, if a list is given), a number, anything at all, a list, or an object with members. */
export type Rule =
  | 'text'
  | 'time'
  | 'number'
  | 'any'
  | 'list'
  | 'object'
  | { readonly is: string }
  | { readonly members: Members };

/** Members that have to be there. Others are free. */
export type Members = Readonly<Record<string, Rule>>;

const slsa02: Members = { builder: { members: { id: 'text' } }, buildType: 'text' };
const spdx: Members = { spdxVersion: 'text' };

/** What each predicate cannot do without. */
export const predicateRules: Readonly<Record<PredicateName, Members>> = {
  custom: { Data: 'text', Timestamp: 'time' },
  slsaprovenance: slsa02,
  slsaprovenance02: slsa02,
  slsaprovenance1: {
    buildDefinition: { members: { buildType: 'text', externalParameters: 'object' } },
    runDetails: { members: { builder: { members: { id: 'text' } } } },
  },
  spdx,
  spdxjson: spdx,
  cyclonedx: { bomFormat: { is: 'CycloneDX' }, specVersion: 'text' },
  link: { _type: { is: 'link' }, name: 'text' },
  vuln: {
    scanner: {
      members: { uri: 'text', version: 'text', db: { members: { uri: 'text', version: 'text' } }, result: 'any' },
    },
    metadata: { members: { scanStartedOn: 'time', scanFinishedOn: 'time' } },
  },
  openvex: {
    '@context': 'text',
    '@id': 'text',
    author: 'text',
    timestamp: 'time',
    version: 'number',
    statements: 'list',
  },
};

const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function follows(value: unknown, rule: Rule): boolean {
  if (typeof rule === 'object') return 'is' in rule ? value === rule.is : brokenMember(value, rule.members) === undefined;
  if (rule === 'any') return value !== undefined;
  if (rule === 'list') return Array.isArray(value);
  if (rule === 'object') return isObject(value);
  if (rule === 'number') return typeof value === 'number';
  return typeof value === 'string' && (rule === 'text' || (time.test(value) && !Number.isNaN(Date.parse(value))));
}

/** Name of the first member that breaks the rules; `''` when the value is no object; `undefined` when none does. */
export function brokenMember(value: unknown, rules: Members): string | undefined {
  if (!isObject(value)) return '';
  return Object.keys(rules).find((name) => !Object.hasOwn(value, name) || !follows(value[name], rules[name] as Rule));
}
