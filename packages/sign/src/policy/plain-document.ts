import { SignError } from '@securosys/core';
import { type DocumentContent, type DocumentNode, maxDepth, maxValues } from './document-node.js';

/** A document that is an object of the program already. @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_LIMIT` */
export function plainDocument(value: unknown): DocumentNode {
  let left = maxValues;
  const node = (given: unknown, depth: number): DocumentNode => {
    if (depth > maxDepth || left-- <= 0) throw new SignError('ERR_LIMIT', 'the policy is too deep or too large');
    return { content: contentOf(given, (below) => node(below, depth + 1)) };
  };
  return node(value, 0);
}

function contentOf(given: unknown, node: (below: unknown) => DocumentNode): DocumentContent {
  if (given === null || typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') return given;
  if (Array.isArray(given)) return given.map(node);
  const plain = typeof given === 'object' && (Object.getPrototypeOf(given) ?? Object.prototype) === Object.prototype;
  if (!plain) throw new SignError('ERR_INVALID_ARGUMENT', 'the policy holds something that is no JSON value');
  // A member that is undefined is one that is left out, as in options.
  const members = Object.entries(given as object).filter(([, below]) => below !== undefined);
  return new Map(members.map(([name, below]) => [name, { node: node(below) }]));
}
