import { base64Bytes, base64Text, type Descriptor, SignError } from '@securosys/core';

/** What all annotations about encryption begin with; other tools take them away by this prefix, without the dot that follows. */
const prefix = 'org.opencontainers.image.enc';
const publicName = `${prefix}.pubopts`;

/** The annotations of a layer that are not about its encryption. */
export function otherAnnotations({ annotations = {} }: Pick<Descriptor, 'annotations'>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !name.startsWith(prefix)));
}

/** Whether annotations speak of encryption: readers differ in whether they ask these or the media type, so both must agree. */
export const speaksOfEncryption = ({ annotations = {} }: Pick<Descriptor, 'annotations'>): boolean =>
  Object.keys(annotations).some((name) => name.startsWith(prefix));

/** Puts the public options where readers look for them. */
export function setPublicOptions(annotations: Record<string, string>, publicOptions: Uint8Array): Record<string, string> {
  return { ...annotations, [publicName]: base64Text(publicOptions) };
}

/** JSON text of the public options. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
export function publicOptionsOf({ annotations = {} }: Pick<Descriptor, 'annotations'>): Uint8Array {
  const value = Object.hasOwn(annotations, publicName) ? annotations[publicName] : undefined;
  if (value === undefined) throw new SignError('ERR_MALFORMED', 'an encrypted layer has no public options: no cipher is named');
  if (value.length > 8192) throw new SignError('ERR_LIMIT', 'the public options of a layer are too long');
  return base64Bytes(value, 'public options of a layer');
}
