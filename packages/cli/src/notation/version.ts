/** Version of this package, held to `package.json` by a test. */
export const version = '0.1.0';
/** Name that Notation knows the plugin by; that of the file is `notation-` and this. */
export const pluginName = 'securosys';
/** Name of the program, which a TSB logs. */
export const programName = `notation-${pluginName}`;
