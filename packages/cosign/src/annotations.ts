import { invalidArgument, sanitizeText } from '@securosys/core';

const maxAnnotations = 1_000;

/**
 * Annotations as a caller may give them: texts by name, names not empty and, as in `-a name=value` of cosign, without `=`.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkedAnnotations(annotations: unknown = {}): Readonly<Record<string, string>> {
  const prototype: unknown =
    typeof annotations === 'object' && annotations !== null ? Object.getPrototypeOf(annotations) : undefined;
  if (prototype !== Object.prototype && prototype !== null) return invalidArgument('annotations is not an object of texts');
  const entries = Object.entries(annotations as object);
  if (entries.length > maxAnnotations) invalidArgument(`there are over ${maxAnnotations} annotations`);
  for (const [name, text] of entries) {
    if (name === '' || name.includes('=')) invalidArgument(`'${sanitizeText(name, 60)}' is no name of an annotation`);
    if (typeof text !== 'string' || !text.isWellFormed() || !name.isWellFormed())
      invalidArgument(`annotation '${sanitizeText(name, 60)}' is not a text`);
  }
  return Object.assign(Object.create(null), annotations) as Record<string, string>;
}
