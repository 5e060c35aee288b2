export type * from './signing/signature.js';
