import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import {
  checkedPredicate,
  type PredicateName,
  predicateTypeOf,
  predicateTypes,
  readStatement,
  typedPredicate,
  writeStatement,
} from '../../src/index.js';
import { digest } from '../signing/artifacts.js';

const time = '2026-11-22T04:00:00Z';
/** As little as each type can be. */
const samples: Readonly<Record<PredicateName, Record<string, unknown>>> = {
  custom: { Data: 'text', Timestamp: time },
  slsaprovenance: { builder: { id: 'https://example.com/ci' }, buildType: 'https://example.com/make' },
  slsaprovenance02: { builder: { id: 'https://example.com/ci' }, buildType: 'https://example.com/make' },
  slsaprovenance1: {
    buildDefinition: { buildType: 'https://example.com/make', externalParameters: {} },
    runDetails: { builder: { id: 'https://example.com/ci' } },
  },
  spdx: { spdxVersion: 'SPDX-2.3' },
  spdxjson: { spdxVersion: 'SPDX-2.3' },
  cyclonedx: { bomFormat: 'CycloneDX', specVersion: '1.6' },
  link: { _type: 'link', name: 'build' },
  vuln: {
    scanner: { uri: 'pkg:x', version: '1', db: { uri: 'https://example.com/db', version: '2' }, result: null },
    metadata: { scanStartedOn: time, scanFinishedOn: '2026-11-22T05:00:00.5+01:00' },
  },
  openvex: {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.com/vex',
    author: 'team',
    timestamp: time,
    version: 1,
    statements: [],
  },
};
const names = Object.keys(samples) as PredicateName[];

describe('predicate types', () => {
  it('have the short names of cosign (§5.1 of the reference)', () => {
    expect(predicateTypes).toEqual({
      custom: 'https://cosign.sigstore.dev/attestation/v1',
      slsaprovenance: 'https://slsa.dev/provenance/v0.2',
      slsaprovenance02: 'https://slsa.dev/provenance/v0.2',
      slsaprovenance1: 'https://slsa.dev/provenance/v1',
      spdx: 'https://spdx.dev/Document',
      spdxjson: 'https://spdx.dev/Document',
      cyclonedx: 'https://cyclonedx.org/bom',
      link: 'https://in-toto.io/Link/v1',
      vuln: 'https://cosign.sigstore.dev/attestation/vuln/v1',
      openvex: 'https://openvex.dev/ns',
    });
    expect(['vuln', 'urn:x', 'unknown', 'constructor', '__proto__', ''].map(predicateTypeOf)).toEqual([
      predicateTypes.vuln,
      'urn:x',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each(names)('%s takes what the type needs, and nothing that lacks a part of it', (name) => {
    const predicate = samples[name];
    expect(checkedPredicate(name, predicate).type).toBe(name);
    for (const member of Object.keys(predicate)) {
      const { [member]: _, ...rest } = predicate;
      expect(thrown(() => checkedPredicate(name, rest)).message, member).toContain(member);
      expect(thrown(() => checkedPredicate(name, { ...predicate, [member]: true })).code, member).toBe('ERR_INVALID_ARGUMENT');
    }
    expect(checkedPredicate(predicateTypes[name], {}).type).toBe(predicateTypes[name]);
  });

  it.each(names)('%s is found again in a statement, if it is one', (name) => {
    const read = (predicate: object) =>
      typedPredicate(readStatement(writeStatement({ digest, predicateType: predicateTypes[name], predicate })));
    const found = read(samples[name]);
    expect(predicateTypes[found.type as PredicateName]).toBe(predicateTypes[name]);
    expect(found.predicate).toEqual(samples[name]);
    expect(read({ unrelated: true }).type).toBe('other');
  });

  it.each(['yesterday', '2026-11-22', '2026-13-22T04:00:00Z', '2026-11-22T04:00:00', '2026-11-22T04:00:00Z\n'])(
    '%j is no time',
    (Timestamp) => {
      expect(thrown(() => checkedPredicate('custom', { Data: '', Timestamp })).message).toContain('Timestamp');
    },
  );

  it.each<[string, unknown]>([
    ['unknown', {}],
    ['https://example.com/x', []],
    ['https://example.com/x', null],
    ['https://example.com/x', 'text'],
  ])('%s with %j is refused', (type, predicate) => {
    expect(thrown(() => checkedPredicate(type, predicate as object)).code).toBe('ERR_INVALID_ARGUMENT');
  });
});
