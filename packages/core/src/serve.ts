export { watchParent } from './serve/parent.js';
export { readStdin } from './serve/stdin.js';
export { writeOut } from './serve/write-out.js';
