import type { InTotoStatement } from './statement.js';
import { typedPredicate } from './typed-predicate.js';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const count = (value: unknown): string | undefined => (Array.isArray(value) ? String(value.length) : undefined);

/** What people should know of a predicate that is too long to be shown whole; absent members are `undefined`. */
export function predicateSummary(statement: InTotoStatement): Readonly<Record<string, string | undefined>> {
  const { type, predicate } = typedPredicate(statement);
  switch (type) {
    case 'slsaprovenance1':
      return { builder: predicate.runDetails.builder.id, 'build type': predicate.buildDefinition.buildType };
    case 'slsaprovenance02':
      return { builder: predicate.builder.id, 'build type': predicate.buildType };
    case 'cyclonedx':
      return {
        'bill of materials': `CycloneDX ${predicate.specVersion}`,
        'serial number': textOf(predicate.serialNumber),
        components: count(predicate.components),
      };
    case 'spdxjson':
      return {
        'bill of materials': predicate.spdxVersion,
        name: textOf(predicate.name),
        namespace: textOf(predicate.documentNamespace),
        packages: count(predicate.packages),
      };
    case 'vuln':
      return {
        scanner: `${predicate.scanner.uri} ${predicate.scanner.version}`,
        'scan finished': predicate.metadata.scanFinishedOn,
      };
    case 'openvex':
      return { author: predicate.author, statements: count(predicate.statements) };
    case 'link':
      return { step: predicate.name };
    case 'custom':
      return { written: predicate.Timestamp };
    default:
      return {};
  }
}
