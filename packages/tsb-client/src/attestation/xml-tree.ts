import { SignError, sanitizeText } from '@securosys/core';

/** `private_key`, `policy`, rule, `token`, `group`, `approval`, and one to spare. */
const maxDepth = 7;
const maxElements = 10_000;
const maxAttributes = 8;

/** One element: either text or children, never both. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Exactly as written, entities undone; white space only when there are children. */
  readonly text: string;
}

interface Open extends XmlElement {
  readonly children: Open[];
  text: string;
}

/** @throws SignError `ERR_MALFORMED` */
export function malformedXml(why: string): never {
  throw new SignError('ERR_MALFORMED', `attestation is malformed: ${why}`);
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>';

/**
 * What XML has and an attestation does not (threat model S33). In well-formed XML a `<` opens markup and an `&` a reference, so a
 * look at the text tells; what is not well-formed, the parser refuses.
 */
function refuseExtras(xml: string): void {
  if (!xml.startsWith(declaration)) malformedXml('it does not start with the declaration of XML 1.0 in UTF-8');
  if (xml.includes('<?', 1)) malformedXml('it holds a processing instruction');
  if (xml.includes('<!')) malformedXml('it holds a document type, a comment or a CDATA section');
  // A numeric reference is a second spelling of what can stand there as itself; no recorded attestation has one.
  if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(xml)) malformedXml('it holds another entity than the five that XML predefines');
  // A carriage return would be read as a line feed: two documents, one meaning.
  if (/[^\P{Cc}\t\n]/u.test(xml)) malformedXml('it holds a control character');
}

/** Collects what the tokenizer reports, within limits. */
class TreeBuilder {
  readonly #open: Open[] = [];
  #root: Open | undefined;
  #elements = 0;

  start(name: string, attributes: Readonly<Record<string, string>>): void {
    const entries = Object.entries(attributes);
    if (++this.#elements > maxElements) throw new SignError('ERR_LIMIT', `attestation has over ${maxElements} elements`);
    if (this.#open.length >= maxDepth) throw new SignError('ERR_LIMIT', `attestation nests over ${maxDepth} elements`);
    if (entries.length > maxAttributes) throw new SignError('ERR_LIMIT', `an element has over ${maxAttributes} attributes`);
    const element: Open = { name, attributes: new Map(entries), children: [], text: '' };
    const parent = this.#open.at(-1);
    if (parent) parent.children.push(element);
    else this.#root = element;
    this.#open.push(element);
  }

  text(more: string): void {
    const element = this.#open.at(-1);
    if (element) element.text += more;
  }

  end(): void {
    const element = this.#open.pop();
    if (element && element.children.length > 0 && /[^\t\n ]/.test(element.text))
      malformedXml(`text stands between the elements of '${sanitizeText(element.name, 60)}'`);
  }

  root(): XmlElement {
    return this.#root ?? malformedXml('it holds no element');
  }
}

/**
 * The elements of an attestation. Its tokenizer loads at the first call.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export async function parseXmlTree(xml: string): Promise<XmlElement> {
  refuseExtras(xml);
  const { SaxesParser } = await import('saxes');
  const parser = new SaxesParser({ xmlns: false, position: false });
  const tree = new TreeBuilder();
  parser.on('error', (error) => malformedXml(sanitizeText(error.message, 120)));
  parser.on('opentag', ({ name, attributes }) => tree.start(name, attributes));
  parser.on('text', (text) => tree.text(text));
  parser.on('closetag', () => tree.end());
  parser.write(xml).close();
  return tree.root();
}
