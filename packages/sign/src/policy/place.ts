import { SignError, sanitizeText } from '@securosys/core';
import type { DocumentContent, DocumentNode } from './document-node.js';
import { nearest } from './nearest.js';

/** A value of a document while it is read: every complaint names where it stands. */
export interface Place {
  readonly content: DocumentContent;
  /** For example `rules[0].require.keys`. */
  readonly path: string;
  /** @throws SignError `ERR_INVALID_ARGUMENT` */
  wrong(what: string, details?: Readonly<Record<string, unknown>>): never;
  /** The members of an object. @throws SignError `ERR_INVALID_ARGUMENT` for anything else, and for a member that is not known */
  members(known: readonly string[]): ReadonlyMap<string, Place>;
  /** The members of an object whose names are the author's. */
  entries(most: number): readonly (readonly [string, Place])[];
  /** The items of a list. */
  items(most: number): readonly Place[];
  /** A text of 1 to `longest` characters without anything that no screen shows. */
  text(longest?: number): string;
  /** The one value that is allowed. */
  only<const T extends string | number | boolean>(value: T): T;
}

const longestText = 1_000;

function kindOf(content: DocumentContent): string {
  if (content === null) return 'nothing';
  if (content instanceof Map) return 'an object';
  if (Array.isArray(content)) return 'a list';
  return typeof content === 'string' ? 'a text' : typeof content === 'number' ? 'a number' : 'true or false';
}

/** @param file name that errors say before the line */
export function placeOf({ content, at }: DocumentNode, path: string, file: string | undefined): Place {
  const complain = (what: string, position = at, details: Readonly<Record<string, unknown>> = {}): never => {
    const where = position ? `${file === undefined ? 'line ' : `${file}:`}${position.line}:${position.column}: ` : '';
    const place = { ...(path !== '' && { path }), ...position, ...(file !== undefined && { file }) };
    throw new SignError('ERR_INVALID_ARGUMENT', `${where}${path === '' ? 'the policy' : path}: ${what}`, {
      details: { ...place, ...details },
    });
  };
  const wrong = (what: string, details?: Readonly<Record<string, unknown>>) => complain(what, at, details);
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const object = () => (content instanceof Map ? content : wrong(`is ${kindOf(content)}, not an object`));
  return {
    content,
    path,
    wrong,
    members(known) {
      const found = object();
      for (const [name, { nameAt }] of found) {
        if (known.includes(name)) continue;
        const suggestion = nearest(name, known);
        const hint = suggestion === undefined ? `; known are ${known.join(', ')}` : `; did you mean '${suggestion}'?`;
        complain(`unknown member '${sanitizeText(name, 60)}'${hint}`, nameAt ?? at, {
          known,
          ...(suggestion !== undefined && { suggestion }),
        });
      }
      return new Map([...found].map(([name, { node }]) => [name, placeOf(node, below(name), file)]));
    },
    entries(most) {
      const found = [...object()];
      if (found.length > most) wrong(`has over ${most} members`);
      return found.map(([name, { node }]) => [name, placeOf(node, below(`'${sanitizeText(name, 60)}'`), file)] as const);
    },
    items(most) {
      if (!Array.isArray(content)) return wrong(`is ${kindOf(content)}, not a list`);
      if (content.length > most) wrong(`has over ${most} items`);
      return content.map((node: DocumentNode, index) => placeOf(node, `${path}[${index}]`, file));
    },
    text(longest = longestText) {
      if (typeof content === 'number' || typeof content === 'boolean')
        return wrong(`is ${kindOf(content)}; put a text in quotes`);
      if (typeof content !== 'string') return wrong(`is ${kindOf(content)}, not a text`);
      if (content === '' || content.length > longest) wrong(`is not a text of 1 to ${longest} characters`);
      if (sanitizeText(content, longest) !== content) wrong('holds a character that no screen shows');
      return content;
    },
    only(value) {
      return content === value ? value : wrong(`is ${value} or is left out`);
    },
  };
}
