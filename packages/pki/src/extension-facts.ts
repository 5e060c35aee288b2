import { hexText, sanitizeText, sha256Hex } from '@securosys/core';
import { extendedKeyUsages } from './chain-rules.js';
import { hasPolicyQualifiers } from './extension-values.js';
import { type CertificateExtension, type CertificateExtensions, parseExtensions } from './extensions.js';
import { generalNames } from './general-names.js';
import { malformed } from './reader.js';

/** Facts by name, in the order to show them. */
export type FactLines = readonly (readonly [name: string, text: string])[];

/** Foreign text in facts: escaped, and never cut, since what is cut off cannot be judged. */
export const factText = (text: string): string => sanitizeText(text, Number.POSITIVE_INFINITY);

/** Extensions of RFC 5280 §4.2, RFC 6960 §4.2.2.2.1 and RFC 6962 §3.3 that have a name in facts, but no text of their own. */
const named: ReadonlyMap<string, string> = new Map([
  ['2.5.29.14', 'subjectKeyIdentifier'],
  ['2.5.29.16', 'privateKeyUsagePeriod'],
  ['2.5.29.30', 'nameConstraints'],
  ['2.5.29.31', 'cRLDistributionPoints'],
  ['2.5.29.33', 'policyMappings'],
  ['2.5.29.35', 'authorityKeyIdentifier'],
  ['2.5.29.36', 'policyConstraints'],
  ['2.5.29.46', 'freshestCRL'],
  ['2.5.29.54', 'inhibitAnyPolicy'],
  ['1.3.6.1.5.5.7.1.1', 'authorityInfoAccess'],
  ['1.3.6.1.5.5.7.1.11', 'subjectInfoAccess'],
  ['1.3.6.1.5.5.7.48.1.5', 'ocspNoCheck'],
  ['1.3.6.1.4.1.11129.2.4.2', 'signedCertificateTimestamps'],
]);
const purposes: ReadonlyMap<string, string> = new Map(Object.entries(extendedKeyUsages).map(([name, oid]) => [oid, name]));
const longestHex = 32;

/** Size and value of what has no text of its own: all of it when short, else its SHA-256. */
export function opaqueText(value: Uint8Array): string {
  const shown = value.byteLength > longestHex ? `sha256 ${sha256Hex(value)}` : `hex ${hexText(value)}`;
  return `${value.byteLength} bytes, ${shown}`;
}

/** Names with the separators inside them escaped, so that one never looks like two. */
function alternativeNames(value: Uint8Array): string {
  return generalNames(value)
    .map((name) => `${name.type}:${factText(name.value).replace(/[\\,]/g, '\\$&')}`)
    .join(', ');
}

/** Name and text of one extension, `what` being what is known of all of them. */
function lineOf({ oid, value }: CertificateExtension, what: CertificateExtensions): readonly [string, string] {
  const { basicConstraints, keyUsage, extendedKeyUsage } = what;
  switch (oid) {
    case '2.5.29.15':
      return ['keyUsage', [...(keyUsage?.bits ?? [])].join(', ') || 'none'];
    case '2.5.29.17':
      return ['subjectAltName', alternativeNames(value)];
    case '2.5.29.18':
      return ['issuerAltName', alternativeNames(value)];
    case '2.5.29.19': {
      const pathLen = basicConstraints?.pathLen;
      return [
        'basicConstraints',
        `CA: ${basicConstraints?.ca ? 'yes' : 'no'}${pathLen === undefined ? '' : `, path length ${pathLen}`}`,
      ];
    }
    case '2.5.29.32':
      return [
        'policies',
        `${what.policies.join(', ')}${hasPolicyQualifiers(value) ? `; with qualifiers: ${opaqueText(value)}` : ''}`,
      ];
    case '2.5.29.37':
      return ['extendedKeyUsage', (extendedKeyUsage?.oids ?? []).map((one) => purposes.get(one) ?? one).join(', ')];
    default: {
      const name = named.get(oid);
      return [`extension ${oid}`, `${name === undefined ? 'not understood' : name}: ${opaqueText(value)}`];
    }
  }
}

const understood = (oid: string): boolean => /^2\.5\.29\.(15|17|18|19|32|37)$/.test(oid) || named.has(oid);

/** Whether these extensions let their holder issue certificates, or ask for it; `no`, or how. */
function issuing({ basicConstraints, keyUsage }: CertificateExtensions): string {
  const { ca = false, pathLen } = basicConstraints ?? {};
  if (ca) return `yes${pathLen === undefined ? '' : `, with at most ${pathLen} intermediates below`}`;
  return keyUsage?.bits.has('keyCertSign') ? 'by its key usage, although it is no CA' : 'no';
}

/**
 * Facts of extensions: first whether certificates can be issued, then a line for each extension, critical ones marked.
 * @throws SignError `ERR_MALFORMED`, also for a critical extension that has no meaning here: nothing that holds one is explained
 */
export function extensionLines(extensions: readonly CertificateExtension[]): FactLines {
  const what = parseExtensions(extensions);
  const unknown = extensions.find(({ oid, critical }) => critical && !understood(oid));
  if (unknown) malformed(`nothing here understands its critical extension ${unknown.oid}`);
  const lines = extensions.map((extension): readonly [string, string] => {
    const [name, text] = lineOf(extension, what);
    return [name, extension.critical ? `${text}; critical` : text];
  });
  return [['mayIssueCertificates', issuing(what)], ...lines];
}
