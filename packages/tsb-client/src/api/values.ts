import { type Field, field } from './shape.js';

const standardBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const isoTimestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Any text. */
export const text: Field<string> = field((_, z) => z.string());

/** Text that is not empty. */
export const name: Field<string> = field((direction, z) =>
  direction === 'sent' ? z.string().check(z.minLength(1)) : z.string(),
);

/** Standard base64 with padding (§1.1); empty is allowed. */
export const base64: Field<string> = field((_, z) => z.string().check(z.regex(standardBase64)));

/** Base64 of at least one byte. */
export const base64NotEmpty: Field<string> = field((direction, z) => {
  const checked = z.string().check(z.regex(standardBase64));
  return direction === 'sent' ? checked.check(z.minLength(4)) : checked;
});

export const flag: Field<boolean> = field((_, z) => z.boolean());

/** A whole number of zero or more. */
export const count: Field<number> = field((_, z) => z.int().check(z.gte(0)));

/** A whole number of one or more. */
export const positive: Field<number> = field((_, z) => z.int().check(z.gte(1)));

/** Seconds that are whole minutes (§4.1): the HSM stores minutes. */
export const minuteSeconds: Field<number> = field((direction, z) => {
  const seconds = z.int().check(z.gte(0));
  return direction === 'sent' ? seconds.check(z.multipleOf(60)) : seconds;
});

/** ISO 8601 with seconds, optional fraction and a zone (§1.1). */
export const timestamp: Field<string> = field((direction, z) =>
  direction === 'sent' ? z.string().check(z.regex(isoTimestamp)) : z.string(),
);

/** Id of a request or of a task: a UUID. Received ids are checked too, because they become part of a path. */
export const uuid: Field<string> = field((_, z) => z.string().check(z.regex(/^[0-9A-Fa-f-]{1,64}$/)));

/** JSON whose inner shape nobody relies on. */
export const anything: Field<unknown> = field((_, z) => z.unknown());

/**
 * A password: an array of one-character strings, one per UTF-16 code unit (§2.2). Never empty: leave the member out when
 * there is no password. Servers also take and give a plain string, which reads as the array.
 */
export const charArray: Field<readonly string[]> = field((_, z) =>
  z.pipe(
    z.transform((value) => (typeof value === 'string' ? value.split('') : value)),
    z.array(z.string().check(z.length(1))).check(z.minLength(1)),
  ),
);

/** What servers give as text although their schema says an array of characters (§8, 2): reads as text. */
export const textOrChars: Field<string> = field((_, z) =>
  z.pipe(
    z.transform((value) => (Array.isArray(value) ? value.join('') : value)),
    z.string(),
  ),
);
