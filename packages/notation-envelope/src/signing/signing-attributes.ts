import { invalidArgument, type JsonValue, knownOptions, sanitizeText } from '@securosys/core';
import { attribute, reservedPrefix } from '../constants.js';
import { foldName } from '../envelope/json-members.js';
import type { SignedAttributes } from '../envelope/signed-attributes.js';
import { isPluginName } from '../evaluation/verification-plugin-name.js';
import { parseSemanticVersion } from '../evaluation/verification-plugin-version.js';

/** One attribute beside those of the specification. */
export interface ExtendedAttribute {
  /** 1 to 256 characters; not one that the specification or the envelope's own standard defines, in whatever case. */
  name: string;
  /** JSON, at most 8 levels deep. Verification plugins are told texts, numbers, booleans and `null` only. */
  value: JsonValue;
  /** Whether verifiers have to understand it. Default `false`. */
  critical?: boolean;
}

/** The plugin that verifiers have to run (`notation.md` §4). */
export interface VerificationPluginAttribute {
  /** Name of the plugin, without `notation-`: letters and digits with single dots, hyphens and underscores between them, at most 128. */
  name: string;
  /** Oldest version that will do: SemVer 2.0 without a leading `v`, at most 256 characters. */
  minVersion?: string;
}

const maxAttributes = 100;
const maxDepth = 8;
/** A copy of a JSON value that holds nothing which JSON or CBOR would write as something else. */
function jsonCopy(value: unknown, depth = 0): JsonValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.isWellFormed() ? value : invalidArgument('an attribute holds a lone surrogate');
  if (typeof value === 'number') {
    const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) && !Object.is(value, -0);
    return exact
      ? value
      : invalidArgument('an attribute holds a number that is not finite, negative zero, or beyond ±(2^53 − 1)');
  }
  if (depth >= maxDepth) return invalidArgument(`an attribute nests deeper than ${maxDepth}`);
  // Not `map`, which leaves out holes: JSON would write them as null.
  if (Array.isArray(value)) return Array.from(value as unknown[], (item) => jsonCopy(item, depth + 1));
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) return invalidArgument('an attribute holds a value that is not JSON');
  const entries = Object.entries(value as object).map(([name, item]) => [jsonCopy(name), jsonCopy(item, depth + 1)]);
  return Object.fromEntries(entries) as JsonValue;
}

function pluginAttributesOf(plugin: VerificationPluginAttribute | undefined): ExtendedAttribute[] {
  if (plugin === undefined) return [];
  knownOptions('verificationPlugin', plugin, ['name', 'minVersion']);
  const { name, minVersion } = plugin;
  if (typeof name !== 'string' || !isPluginName(name)) invalidArgument('verificationPlugin.name is not the name of a plugin');
  if (minVersion !== undefined && (typeof minVersion !== 'string' || !parseSemanticVersion(minVersion)))
    invalidArgument('verificationPlugin.minVersion is not a semantic version, which has no leading v');
  const version = attribute.verificationPluginMinVersion;
  return [
    { name: attribute.verificationPlugin, value: name, critical: true },
    ...(minVersion === undefined ? [] : [{ name: version, value: minVersion, critical: true }]),
  ];
}

function checkName(name: unknown, taken: Set<string>): asserts name is string {
  if (typeof name !== 'string' || name === '' || name.length > 256 || !name.isWellFormed())
    return invalidArgument('the name of an attribute is not a text of 1 to 256 characters');
  const folded = foldName(name);
  if (folded.startsWith(reservedPrefix)) invalidArgument(`attributes beginning '${reservedPrefix}' are reserved`);
  if (taken.has(folded)) invalidArgument(`attribute '${sanitizeText(name, 60)}' is there already, or means something else`);
  taken.add(folded);
}

/**
 * Extended attributes and those of a plugin, as they will be signed.
 * @param registered names that mean something else in the envelope
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function extendedAttributes(
  options: { readonly attributes?: readonly ExtendedAttribute[]; readonly verificationPlugin?: VerificationPluginAttribute },
  registered: readonly string[],
): Pick<SignedAttributes, 'extended' | 'criticalExtended'> {
  const { attributes = [] } = options;
  if (!Array.isArray(attributes) || attributes.length > maxAttributes)
    return invalidArgument(`attributes is not a list of at most ${maxAttributes}`);
  const taken = new Set(registered.map(foldName));
  for (const given of attributes as readonly ExtendedAttribute[]) {
    knownOptions('attribute', given, ['name', 'value', 'critical']);
    checkName(given.name, taken);
    if (given.critical !== undefined && typeof given.critical !== 'boolean') invalidArgument('critical is not a boolean');
  }
  const all = [...pluginAttributesOf(options.verificationPlugin), ...(attributes as readonly ExtendedAttribute[])];
  return {
    extended: new Map(all.map(({ name, value }) => [name, jsonCopy(value)])),
    criticalExtended: all.filter(({ critical }) => critical === true).map(({ name }) => name),
  };
}
