import { invalidArgument, knownOptions, type Signer, sanitizeText, type Timestamper } from '@securosys/core';
import type { FormatIdentity } from './formats/format-identity.js';
import {
  type CosignImageOptions,
  type FormatOptions,
  formatOptionNames,
  type NotationImageOptions,
} from './formats/format-options.js';
import type { ImageFormat } from './formats/image-format.js';
import { type ImageFormatId, imageFormat } from './image-formats.js';

/** What may differ between the formats of one call. */
export interface FormatEntryOptions {
  /** Default: the one of the call. */
  signer?: Signer;
  /** Default: the one of the call. */
  timestamper?: Timestamper;
  /** Signed with the subject. Default: those of the call. */
  annotations?: Readonly<Record<string, string>>;
}

/** Notary Project signatures among the formats of one call. */
export interface NotationEntry extends FormatEntryOptions, NotationImageOptions {
  format: 'notation-jws' | 'notation-cose';
}

/** cosign signatures among the formats of one call. */
export interface CosignEntry extends FormatEntryOptions, CosignImageOptions {
  format: 'cosign';
}

/** One of several formats that an image is signed in, with options of its own. */
export type FormatEntry = NotationEntry | CosignEntry;

/** What `signImage` signs in: a format, or several with a signature each. */
export type FormatChoice = ImageFormatId | FormatEntry | readonly (ImageFormatId | FormatEntry)[];

/** One signature that a call asks for of each manifest. */
export interface SigningPlan {
  readonly id: ImageFormatId;
  readonly format: ImageFormat;
  readonly signer: Signer;
  readonly timestamper: Timestamper | undefined;
  /** What the options ask for that not every format has. */
  readonly asked: FormatIdentity;
}

interface Asked extends FormatOptions {
  signer: Signer;
  timestamper?: Timestamper;
  format: FormatChoice;
}

const ownNames = ['format', 'signer', 'timestamper'] as const;

/**
 * The signatures that options ask for, in their order. An option that one of the formats does not have is refused, never dropped (S24).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function signingPlans(where: string, options: Asked): readonly SigningPlan[] {
  const given = options.format;
  const entries: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (entries.length === 0) invalidArgument(`${where}: format names no format`);
  return entries.map((entry) => planOf(where, entry, options));
}

function planOf(where: string, entry: unknown, options: Asked): SigningPlan {
  const own = typeof entry === 'string' ? { format: entry } : entry;
  if (typeof own !== 'object' || own === null) return invalidArgument(`${where}: a format is its name, or { format, … }`);
  const { format: id, signer = options.signer, timestamper = options.timestamper, ...more } = own as Partial<Asked>;
  if (typeof id !== 'string') return invalidArgument(`${where}: a format without a name`);
  const format = imageFormat(id);
  knownOptions(`${where}: format ${id}`, own, [...ownNames, ...format.options]);
  const shared = Object.fromEntries(
    formatOptionNames.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const foreign = Object.keys(shared).find((name) => !format.options.some((known) => known === name));
  if (foreign !== undefined)
    invalidArgument(
      `${where}: ${id} has no '${sanitizeText(foreign, 40)}': give it to the formats that have it, as { format, ${foreign} }`,
    );
  if (typeof signer?.begin !== 'function') invalidArgument(`${where} needs a signer: createSigner(backend, { label })`);
  checkTimestamper(timestamper);
  return { id: id as ImageFormatId, format, signer, timestamper, asked: format.identity({ ...shared, ...more }) };
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkTimestamper(timestamper: Timestamper | undefined): void {
  if (timestamper !== undefined && typeof timestamper?.timestamp !== 'function')
    invalidArgument('timestamper is a Timestamper: createTimestamper makes one');
}
