export { watchParent } from './serve/parent.js';
export { readStdin } from './serve/stdin.js';
export { isCharacterDevice, writeNow, writeOut, writeStdout } from './serve/write-out.js';
