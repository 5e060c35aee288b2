/** C0 and C1 controls, line and paragraph separators, bidi controls, zero-width and other invisible characters. */
const hostile =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]/gu;

/**
 * Makes foreign text safe to show on a terminal, in a log or in an error (threat model S11): every control, bidi or
 * invisible character becomes a visible `\u{…}` escape, and text over `limit` UTF-16 units is cut with a `…`.
 * Never use it on digests that somebody has to compare: they are ASCII and must be shown whole.
 */
export function sanitizeText(text: string, limit = 200): string {
  // Callers hand in what the wrong type check let through, on the way to an error about it.
  const shown = String(text)
    .toWellFormed()
    .replace(hostile, (c) => `\\u{${(c.codePointAt(0) as number).toString(16)}}`);
  return shown.length <= limit ? shown : `${shown.slice(0, limit - 1).toWellFormed()}…`;
}
