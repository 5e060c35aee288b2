/** Version of this package, held to `package.json` by a test. */
export const version = '0.1.0';
/** What the signing agent says when the caller says nothing. */
export const defaultSigningAgent = `securosys-sign/${version}`;
