import { SignError, sanitizeText } from '@securosys/core';
import type { Document, Node, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { type DocumentNode, maxDepth, maxValues, type Position } from './document-node.js';

type Yaml = typeof import('yaml');

/** Where errors are, and what they are called. */
interface Source {
  readonly yaml: Yaml;
  readonly position: (offset: number | undefined) => Position | undefined;
  readonly refuse: (what: string, offset: number | undefined, code?: 'ERR_MALFORMED' | 'ERR_LIMIT') => never;
}

/** Said better than by the parser. */
const saidOf: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a name stands here twice',
  MULTIPLE_DOCS: 'a second document begins here: a policy is one',
};

/**
 * Reads YAML 1.2 (core schema), of which JSON is a part, strictly: one document, no tags, no merge keys, no name twice, names are texts;
 * aliases repeat no more than the values that a document may have.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export async function yamlDocument(text: string, file: string | undefined): Promise<DocumentNode> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const position = (offset: number | undefined): Position | undefined => {
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse: Source['refuse'] = (what, offset, code = 'ERR_MALFORMED') => {
    const at = position(offset);
    const where = at ? `${file === undefined ? 'line ' : `${file}:`}${at.line}:${at.column}: ` : '';
    throw new SignError(code, `${where}${what}`, { details: { ...at, ...(file !== undefined && { file }) } });
  };
  const document = parsed(yaml, text, lines, refuse);
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) refuse(saidOf[fault.code] ?? sanitizeText(fault.message, 200), fault.pos[0]);
  const { explicit, version } = document.directives?.yaml ?? {};
  if (explicit && version !== '1.2') refuse('is not YAML 1.2', 0);
  if (!document.contents) return refuse('the policy is empty', undefined);
  return nodeOf({ yaml, position, refuse })(document.contents, 0);
}

function parsed(
  yaml: Yaml,
  text: string,
  lineCounter: InstanceType<Yaml['LineCounter']>,
  refuse: Source['refuse'],
): Document.Parsed {
  if (isDeep(yaml, text)) refuse('the policy is too deep', undefined, 'ERR_LIMIT');
  const options = {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: true,
    strict: true,
  } as const;
  try {
    return yaml.parseDocument(text, { ...options, stringKeys: false, prettyErrors: false, logLevel: 'error', lineCounter });
  } catch (error) {
    if (error instanceof RangeError) return refuse('the policy is too deep', undefined, 'ERR_LIMIT');
    throw error;
  }
}

/** The parser takes long over what is nested deep, so that is found out before: by brackets, and by indicators of one line. */
function isDeep(yaml: Yaml, text: string): boolean {
  let [open, inLine] = [0, 0];
  for (const token of new yaml.Lexer().lex(text)) {
    if (token === '[' || token === '{') open++;
    else if (token === ']' || token === '}') open--;
    else if (token === '-' || token === '?') inLine++;
    else if (token.startsWith('\n') || token.startsWith('\r')) inLine = 0;
    if (open > maxDepth || inLine > maxDepth) return true;
  }
  return false;
}

function nodeOf({ yaml, position, refuse }: Source) {
  let left = maxValues;
  // In the order of the text, so that an alias means what was last called so before it.
  const anchors = new Map<string, Node>();
  const convert = (node: Node | null, depth: number, at?: number): DocumentNode => {
    const start = node?.range?.[0] ?? at;
    if (depth > maxDepth || left-- <= 0) return refuse('the policy is too deep or too large', start, 'ERR_LIMIT');
    const place = position(start);
    const about = place ? { at: place } : {};
    if (node === null) return { content: null, ...about };
    if (yaml.isAlias(node)) {
      const target = anchors.get(node.source);
      return target ? convert(target, depth + 1) : refuse('an alias of nothing', start);
    }
    const { anchor } = node as Scalar;
    if (anchor !== undefined) anchors.set(anchor, node);
    if (node.tag !== undefined) return refuse('has a tag, which a policy never needs', start);
    if (yaml.isMap(node)) return { content: members(node as YAMLMap<Node, Node | null>, depth), ...about };
    if (yaml.isSeq(node))
      return { content: (node as YAMLSeq<Node | null>).items.map((item) => convert(item, depth + 1, start)), ...about };
    return { content: scalar(node as Scalar, start), ...about };
  };
  const members = (map: YAMLMap<Node, Node | null>, depth: number) => {
    const found = new Map<string, { node: DocumentNode; nameAt?: Position }>();
    for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
      const start = key?.range?.[0];
      if (!yaml.isScalar(key) || typeof key.value !== 'string' || key.tag !== undefined)
        return refuse('is no name: put it in quotes', start);
      if (found.has(key.value)) return refuse('a name stands here twice', start);
      const nameAt = position(start);
      found.set(key.value, { node: convert(value, depth + 1, start), ...(nameAt && { nameAt }) });
    }
    return found;
  };
  const scalar = ({ value }: Scalar, start: number | undefined) => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
    return refuse('is no value of a policy', start);
  };
  return (contents: ParsedNode, depth: number) => convert(contents, depth);
}
