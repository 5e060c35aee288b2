/** A source file with all that it imports, bundled to one CommonJS text by `scripts/bundled-text.mjs`. */
declare module '*-thread.js?text' {
  export const text: string;
}
