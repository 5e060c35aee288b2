import { type Descriptor, invalidArgument, knownOptions, SignError, sanitizeText } from '@securosys/core';
import type { ImageIndex } from './manifest.js';

/** What an image runs on (image-spec `image-index.md`, `platform`). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Which children of an index are meant. */
export interface ChildrenOptions {
  /** `linux/amd64`, `linux/arm64/v8`; without a variant every variant is meant. Default: every child. */
  readonly platforms?: readonly string[];
  /** Most children; default 256. */
  readonly maxChildren?: number;
}

const platformGrammar = /^([a-z0-9._-]{1,64})\/([a-z0-9._-]{1,64})(?:\/([a-z0-9._-]{1,64}))?$/;

/** Reads `os/architecture[/variant]`. @throws SignError `ERR_INVALID_ARGUMENT` */
export function parsePlatform(text: string): Platform {
  const found = typeof text === 'string' ? platformGrammar.exec(text) : null;
  if (!found) return invalidArgument(`'${sanitizeText(String(text), 60)}' is not a platform such as linux/amd64 or linux/arm/v7`);
  const [, os = '', architecture = '', variant] = found;
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

function runsOn({ platform }: Descriptor, wanted: Platform): boolean {
  const { os, architecture, variant } = platform ?? {};
  return os === wanted.os && architecture === wanted.architecture && (wanted.variant === undefined || variant === wanted.variant);
}

/**
 * The manifests that an index lists, each once, in its order.
 * @throws SignError `ERR_NOT_FOUND` when it lists none for one of the platforms, so that nobody takes a part for the whole; `ERR_LIMIT`,
 * `ERR_INVALID_ARGUMENT`
 */
export function indexChildren(index: ImageIndex, options: ChildrenOptions = {}): readonly Descriptor[] {
  knownOptions('indexChildren', options, ['platforms', 'maxChildren']);
  const { platforms, maxChildren = 256 } = options;
  if (platforms !== undefined && (!Array.isArray(platforms) || platforms.length === 0))
    invalidArgument('platforms is a list of at least one platform');
  // Nothing is over NaN, so it would be no limit.
  if (typeof maxChildren !== 'number' || !(maxChildren >= 0)) invalidArgument('maxChildren is a number, at least 0');
  const wanted = platforms?.map(parsePlatform);
  for (const platform of wanted ?? [])
    if (!index.manifests.some((child) => runsOn(child, platform)))
      throw new SignError('ERR_NOT_FOUND', `the index lists no manifest for ${Object.values(platform).join('/')}`);
  const meant = wanted ? index.manifests.filter((child) => wanted.some((platform) => runsOn(child, platform))) : index.manifests;
  const children = [...new Map(meant.map((child) => [child.digest, child])).values()];
  if (children.length > maxChildren) throw new SignError('ERR_LIMIT', `the index lists more than ${maxChildren} manifests`);
  return children;
}
