/**
 * What no screen shows as it is: controls, format characters (bidi, joiners, number signs that reach over what follows), line and paragraph
 * separators, everything that Unicode lets a renderer leave out, and code points without a meaning of their own (private, unassigned),
 * which a newer terminal may know as one of these. Then characters of other classes that are blank (the Braille cell without dots, the
 * null notehead, fillers), and U+FFFC and U+FFFD, which stand for something else.
 */
const classes =
  '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cn}\\p{Default_Ignorable_Code_Point}\\u2800\\ufffc\\ufffd\\u{1d159}\\u{13441}\\u{13442}\\u{16fe4}]';

let made: RegExp | undefined;

/** Made when it is needed: it takes milliseconds, much for a program of one call, and one that is written out is made by the parser, to look whether it is right. */
function hostile(): RegExp {
  made ??= new RegExp(classes, 'gu');
  return made;
}

/** Most texts hold nothing but these. */
const plain = /^[ -~]*$/;

/**
 * Makes foreign text safe to show on a terminal, in a log or in an error (threat model S11): every control, bidi or
 * invisible character becomes a visible `\u{…}` escape, and text over `limit` UTF-16 units is cut with a `…`. Emoji and letters stay; a
 * character that is newer than the Unicode of the runtime is escaped too.
 * Never use it on digests that somebody has to compare: they are ASCII and must be shown whole.
 */
export function sanitizeText(text: string, limit = 200): string {
  // Callers hand in what the wrong type check let through, on the way to an error about it.
  const given = String(text);
  const shown = plain.test(given)
    ? given
    : given.toWellFormed().replace(hostile(), (c) => `\\u{${(c.codePointAt(0) as number).toString(16)}}`);
  return shown.length <= limit ? shown : `${shown.slice(0, limit - 1).toWellFormed()}…`;
}
