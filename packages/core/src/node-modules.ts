/**
 * `node:crypto`, loaded when first used: a static import of it runs some thirty modules of Node, a good part of what importing all
 * of this costs. Node keeps it; asking again is a look-up.
 */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

/** `node:fs/promises`, loaded when first used, for the same reason. */
export function nodeFiles(): typeof import('node:fs/promises') {
  return process.getBuiltinModule('node:fs/promises');
}
