import { type FactLines, opaqueText } from './extension-facts.js';
import { type CertificateExtension, readExtensions } from './extensions.js';
import { DerReader, malformed, tags } from './reader.js';

/** RFC 2985 §5.4.2, and Microsoft's twin of it. */
const extensionRequests: ReadonlySet<string> = new Set(['1.2.840.113549.1.9.14', '1.3.6.1.4.1.311.2.1.14']);
/** RFC 2985 §5.4.1: a secret between whoever asks and the CA. */
const challengePassword = '1.2.840.113549.1.9.7';
const maxAttributes = 64;

/** What a certification request says beside name and key. */
export interface RequestAttributes {
  /** Extensions that the certificate should have. */
  readonly extensions: readonly CertificateExtension[];
  /** A line for each other attribute. */
  readonly lines: FactLines;
}

/** The extensions of an extension request: exactly one value. */
function asked(values: Uint8Array): CertificateExtension[] {
  const extensions = DerReader.over(values, tags.sequence, 'extension request');
  return extensions.more ? readExtensions(extensions) : malformed('its extension request is empty');
}

/**
 * Reads the attributes of a certification request (RFC 2986 §4.1).
 * @param attributes over the elements of the SET OF; `undefined` for a request without any
 * @throws SignError `ERR_MALFORMED`, also for an attribute that occurs twice, or two ways to ask for extensions
 */
export function readAttributes(attributes: DerReader | undefined): RequestAttributes {
  const seen = new Set<string>();
  const lines: (readonly [string, string])[] = [];
  let extensions: CertificateExtension[] | undefined;
  while (attributes?.more) {
    const attribute = attributes.enter(tags.sequence, 'attribute');
    const oid = attribute.oid();
    const values = attribute.contents(attribute.take(tags.set));
    attribute.end();
    if (seen.has(oid)) malformed('an attribute occurs twice');
    if (seen.add(oid).size > maxAttributes) malformed(`over ${maxAttributes} attributes`);
    if (extensionRequests.has(oid)) {
      if (extensions) malformed('it asks for extensions twice');
      extensions = asked(values);
    } else if (oid === challengePassword) lines.push(['challengePassword', 'there is one, which is not shown']);
    else lines.push([`attribute ${oid}`, opaqueText(values)]);
  }
  return { extensions: extensions ?? [], lines };
}
